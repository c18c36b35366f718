"""dvc.yaml lists all that a stage depends on, and nothing that is not there."""

from __future__ import annotations

import configparser
import runpy
import shlex
from pathlib import Path

import msgspec
import pytest
import yaml
from typer.testing import CliRunner

from balagh.cli import app
from balagh.params import Params, load_params

ROOT = Path(__file__).parent.parent
STAGES = ("prepare", "featurize", "train", "evaluate", "report")
GIVEN = [
    "data/labelled",
    "benchmarks/ablation.json",
    "benchmarks/real_news.json",
    "seeds/coalition-rome-2021-06-28.txt",
]
"""What is in git: data, figures that were measured apart, and the text that is shown tagged."""
PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
TOOL = runpy.run_path(str(ROOT / "tools" / "dvc_deps.py"))


def named(entries):
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]


def test_the_stages():
    assert tuple(PIPELINE["stages"]) == STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_the_modules_that_it_runs(stage):
    """Imports inside functions count, imports for types only do not."""
    listed = [path for path in PIPELINE["stages"][stage]["deps"] if path.startswith("pipeline/")]
    assert listed == TOOL["dependencies"](stage), "run `python tools/dvc_deps.py`"


def test_the_tool_changes_nothing_that_is_right():
    text = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
    assert TOOL["rewritten"](text) == text


def test_lists_of_cues_are_a_dependency_of_those_who_read_them():
    assert "pipeline/balagh/cue_words" in TOOL["dependencies"]("featurize")
    assert "pipeline/balagh/cue_words" not in TOOL["dependencies"]("prepare")


def test_types_are_no_dependency(tmp_path):
    module = tmp_path / "module.py"
    module.write_text(
        "from typing import TYPE_CHECKING\n"
        "import balagh.labels\n"
        "if TYPE_CHECKING:\n    from balagh.tagger import Tagger\n"
        "def f():\n    from balagh import text\n    from balagh.errors import DataError\n"
    )
    assert sorted(path.stem for path in TOOL["imported"](module)) == ["errors", "labels", "text"]


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_stage_reads_comes_from_an_earlier_one(stage):
    made = list(GIVEN)
    for name in STAGES[: STAGES.index(stage)]:
        made += named(PIPELINE["stages"][name]["outs"])
    read = [path for path in PIPELINE["stages"][stage]["deps"] if not path.startswith("pipeline/")]
    assert set(read) <= set(made)


def test_parameters_are_known_and_a_setting_of_training_leaves_the_features_alone():
    params = {stage: PIPELINE["stages"][stage].get("params", []) for stage in STAGES}
    assert {name for names in params.values() for name in names} == set(Params.__struct_fields__)
    assert [stage for stage in STAGES if "train" in params[stage]] == ["train", "evaluate"]
    assert [stage for stage in STAGES if "evaluate" in params[stage]] == ["evaluate"]


def test_params_yaml_says_everything():
    given = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    assert msgspec.to_builtins(load_params(ROOT / "params.yaml")).keys() == given.keys()


@pytest.mark.parametrize("stage", STAGES)
def test_the_command_is_one_of_ours(stage):
    command, name, *options = shlex.split(PIPELINE["stages"][stage]["cmd"])
    assert (command, name, options) == ("balagh", stage, [])
    assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0


def test_reports_are_kept_in_git():
    kept = [entry for name in ("evaluate", "report") for entry in PIPELINE["stages"][name]["outs"]]
    kept += PIPELINE["stages"]["evaluate"]["metrics"]
    # The whole evaluation, with every error, is made again from the others; it would swell the repository.
    assert [entry for entry in kept if isinstance(entry, str)] == ["reports/evaluation.json"]
    assert all(list(entry.values()) == [{"cache": False}] for entry in kept if isinstance(entry, dict))


def test_the_report_depends_on_its_templates():
    assert "pipeline/balagh/html/templates" in PIPELINE["stages"]["report"]["deps"]


def test_dvc_calls_nobody():
    config = configparser.ConfigParser()
    config.read(ROOT / ".dvc" / "config")
    # DVC indents its settings, which is all the same to the parser.
    assert dict(config["core"]) == {"analytics": "false", "check_update": "false"}
