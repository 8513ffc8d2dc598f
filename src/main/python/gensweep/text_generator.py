"""The engine as a stage of a Spark ML pipeline, and as a function of a DataFrame."""
import json
import sys

from py4j.protocol import Py4JJavaError
from pyspark import keyword_only
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import JavaMLReadable, JavaMLReader, JavaMLWritable
from pyspark.ml.wrapper import JavaTransformer

_JAVA_CLASS = "io.gensweep.spark.ml.TextGenerator"


def _settings(value):
    """A dict becomes a list of key=value with the values as JSON; a text is a list of one."""
    if isinstance(value, dict):
        return [f"{key}={json.dumps(each)}" for key, each in value.items()]
    return TypeConverters.toListString([value] if isinstance(value, str) else value)


def _text(name, doc):
    return Param(Params._dummy(), name, doc, typeConverter=TypeConverters.toString)


def _column(name, what):
    return _text(name, f"new column of {what}; a list of them where sampling.n is over 1")


class _Reader(JavaMLReader):
    @classmethod
    def _java_loader_class(cls, clazz):
        return _JAVA_CLASS


class TextGenerator(JavaTransformer, JavaMLReadable, JavaMLWritable):
    """Continues the prompts of a column.

    A column of prompts holds text, lists of {role, content}, or token ids. A row without a usable prompt gets null, and the reason in
    errorCol.
    """

    modelUrl = _text("modelUrl", "folder of the model, hf:ORG/NAME or any Hadoop URI")
    engine = _text("engine", "DJL engine: PyTorch")
    batchSize = Param(
        Params._dummy(), "batchSize", "prompts continued together per device", typeConverter=TypeConverters.toInt
    )
    inputCol = _text("inputCol", "column of prompts: text, a list of {role, content}, or token ids")
    outputCol = _column("outputCol", "continuations")
    tokenIdsCol = _column("tokenIdsCol", "ids of the generated tokens, the stop token included")
    logprobsCol = _column("logprobsCol", "natural log of the model's own softmax at each token")
    samplingLogprobsCol = _column(
        "samplingLogprobsCol", "natural log of the distribution that each token was drawn from; 0 for greedy"
    )
    finishReasonCol = _column("finishReasonCol", "stop, length, repetition or error")
    errorCol = _column("errorCol", "why there is no continuation, kind: message; null where there is one")
    settings = Param(
        Params._dummy(),
        "settings",
        "keys of a job file as key=value, such as sampling.temperature=0.7",
        typeConverter=_settings,
    )

    @keyword_only
    def __init__(
        self,
        *,
        modelUrl=None,
        engine=None,
        batchSize=None,
        inputCol=None,
        outputCol=None,
        tokenIdsCol=None,
        logprobsCol=None,
        samplingLogprobsCol=None,
        finishReasonCol=None,
        errorCol=None,
        settings=None,
    ):
        """settings: key=value, a list of them, or a dict of dotted paths, such as {"sampling.temperature": 0.7}."""
        super().__init__()
        try:
            self._java_obj = self._new_java_obj(_JAVA_CLASS, self.uid)
        except TypeError:
            raise RuntimeError("gensweep.jar is not on Spark's class path; name it by --jars or spark.jars") from None
        self._setDefault(engine="PyTorch", batchSize=64, settings=[])
        self.setParams(**self._input_kwargs)

    def setParams(self, **values):
        """Sets parameters by their names."""
        return self._set(**values)

    def setModelUrl(self, value):
        return self._set(modelUrl=value)

    def setEngine(self, value):
        return self._set(engine=value)

    def setBatchSize(self, value):
        return self._set(batchSize=value)

    def setInputCol(self, value):
        return self._set(inputCol=value)

    def setOutputCol(self, value):
        return self._set(outputCol=value)

    def setTokenIdsCol(self, value):
        return self._set(tokenIdsCol=value)

    def setLogprobsCol(self, value):
        return self._set(logprobsCol=value)

    def setSamplingLogprobsCol(self, value):
        return self._set(samplingLogprobsCol=value)

    def setFinishReasonCol(self, value):
        return self._set(finishReasonCol=value)

    def setErrorCol(self, value):
        return self._set(errorCol=value)

    def setSettings(self, value):
        return self._set(settings=value)

    @classmethod
    def read(cls):
        return _Reader(cls)

    def _transform(self, dataset):
        try:
            return super()._transform(dataset)
        except Py4JJavaError as failure:
            thrown = failure.java_exception
            if thrown.getClass().getName().startswith("io.gensweep."):
                raise ValueError(thrown.getMessage()) from None
            raise


# PySpark looks for the Python class of a stage that it reads under the name of the Java class.
sys.modules.setdefault(_JAVA_CLASS.rpartition(".")[0], sys.modules[__name__])


def generate(df, model, input_col="prompt", output_col="continuation", settings=None, **sampling):
    """Adds a column of continuations to a DataFrame.

    model: a folder, hf:ORG/NAME or any Hadoop URI
    settings: other keys of a job file, a dict of dotted paths
    sampling: keys of its section `sampling`, such as temperature=0.7 or max_tokens=64
    """
    keys = dict(settings or {})
    keys.update({f"sampling.{key}": value for key, value in sampling.items()})
    return TextGenerator(modelUrl=model, inputCol=input_col, outputCol=output_col, settings=keys).transform(df)
