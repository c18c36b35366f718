"""Spark tags columns as the tagger does: on a real Spark of two local processes, where Java and PySpark are there."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

from balagh.errors import MissingFileError, ModelFormatError

pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'balagh[spark]'")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java, which is not on this machine", allow_module_level=True)

from balagh.spark import tag_udf

TEXTS = ["أدانت الوزارة الهجوم على المدنيين", None, "وصل الوفد أمس", "  ", "انضمت مالي إلى التحالف"]


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master("local[2]").appName("balagh")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    yield spark
    spark.stop()


def test_columns_hold_what_the_tagger_says(session, small, tagger):
    texts = TEXTS * 50
    rows = [(i, text) for i, text in enumerate(texts)]
    frame = session.createDataFrame(rows, "id long, text string").repartition(4)
    tag = tag_udf(small.folder / "tagger.safetensors")
    found = {row["id"]: row["tagged"] for row in frame.select("id", tag("text").alias("tagged")).collect()}
    assert sorted(found) == list(range(len(texts)))
    for i, text in enumerate(texts):
        if text is None or not text.strip():
            assert all(value is None for value in found[i].asDict().values())
            continue
        alone = tagger.tag_sentences([text])[0]
        assert tuple(found[i]["labels"]) == alone.labels
        assert found[i]["primary"] == alone.primary
        assert {label: found[i][label] for label in tagger.labels} == pytest.approx(alone.scores, abs=1e-12)


def test_a_model_that_is_not_there_is_told_before_anything_is_sent(tmp_path):
    with pytest.raises(MissingFileError):
        tag_udf(tmp_path / "none.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"no model")
    with pytest.raises(ModelFormatError):
        tag_udf(tmp_path / "bad.safetensors")
