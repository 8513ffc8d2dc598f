"""Offline text generation on Spark. The engine runs in the executors' JVMs; gensweep.jar must be among spark.jars."""
from .text_generator import TextGenerator, generate

__version__ = "0.1.0"
__all__ = ["TextGenerator", "generate"]
