"""Runs the package gensweep under PySpark and compares with what HF says; prints "ok" and Spark's version.

    text_generator_test.py GENSWEEP_JAR ORACLE FOLDER
"""
import json
import sys

import gensweep
from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import SparkSession

jar, oracle, folder = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.jars", jar)
    .config("spark.ui.enabled", False)
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .getOrCreate()
)
with open(oracle) as file:
    known = [each for each in json.load(file)["prompts"] if each["id"].startswith("quickstart")][:6]
rows = [(each["prompt"], each["text"]) for each in known] + [(None, None)]
prompts = spark.createDataFrame(rows, "prompt string, expected string").coalesce(1)

greedy = gensweep.TextGenerator(
    modelUrl="data/models/tiny",
    inputCol="prompt",
    outputCol="continuation",
    errorCol="error",
    settings={"model.dtype": "float32", "sampling.temperature": 0, "sampling.max_tokens": 96},
)
java = {param.name(): param.doc() for param in greedy._java_obj.params()}
assert {param.name: param.doc for param in greedy.params} == java, java

continued = greedy.transform(prompts).collect()
assert [row.continuation for row in continued] == [row.expected for row in continued], continued
assert [row.error for row in continued] == [None] * 6 + ["bad_prompt: the prompt is null"], continued

Pipeline(stages=[greedy]).fit(prompts).write().save(f"{folder}/pipeline")
pipeline = PipelineModel.load(f"{folder}/pipeline")
assert type(pipeline.stages[0]) is gensweep.TextGenerator
assert pipeline.transform(prompts).collect() == continued
greedy.save(f"{folder}/stage")
loaded = gensweep.TextGenerator.load(f"{folder}/stage")
assert loaded.extractParamMap() == greedy.extractParamMap(), loaded.extractParamMap()
assert loaded.copy({loaded.outputCol: "other"}).transform(prompts).columns == ["prompt", "expected", "other", "error"]

float32 = {"model.dtype": "float32"}
three = gensweep.generate(prompts.limit(2), "data/models/tiny", settings=float32, n=3, temperature=1.5, max_tokens=8)
assert [len(row.continuation) for row in three.collect()] == [3, 3]
chat = spark.read.json("data/prompts/chat.jsonl").limit(2)
said = gensweep.generate(chat, "data/models/tiny", "messages", settings=float32, temperature=0).collect()
assert all(row.continuation for row in said), said

try:
    gensweep.generate(prompts, "data/models/tiny", temprature=1)
    raise AssertionError("a wrong key was taken")
except ValueError as wrong:
    assert "sampling.temprature: unknown key; did you mean" in str(wrong), wrong
print("ok", spark.version)
