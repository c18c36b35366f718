from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys

import pytest

from balagh.cli import main

SENTENCES = "أدانت وزارة الخارجية بشدة الهجوم الإرهابي\n\nوصل الوفد أمس\nتعهدت الحكومة بمواصلة دعم اليمن\n"


@pytest.fixture
def run(small, monkeypatch, capfdbinary):
    """Run a command with the small model; return exit code, stdout and stderr."""

    def run_command(*arguments, model=True, stdin=None):
        given = [*map(str, arguments)]
        if model:
            given += ["--model", str(small.safetensors)]
        monkeypatch.setattr(sys, "argv", ["balagh", *given])
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    return run_command


@pytest.fixture
def file(tmp_path):
    def write(content, name="in.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_one_result_a_line_in_order(run, file):
    code, out, _ = run("tag", "--as", "sentences", "--format", "jsonl", file(SENTENCES))
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["index"] for row in rows] == [0, 1, 2, 3]
    assert [row["labels"] for row in rows] == [["condemnation"], [], [], ["commitment"]]
    assert list(rows[0]) == ["doc", "line", "index", "start", "end", "text", "labels", "primary", "scores"]


def test_texts_are_split(run, file):
    text = "أدانت وزارة الخارجية بشدة الهجوم الإرهابي. وصل الوفد أمس."
    _, out, _ = run("tag", "--format", "jsonl", file(text))
    rows = [json.loads(line) for line in out.splitlines()]
    assert [text[row["start"] : row["end"]] for row in rows] == [row["text"] for row in rows]
    assert len(rows) == 2


def test_standard_input(run):
    _, out, _ = run("tag", "--format", "jsonl", "-", stdin="أدانت وزارة الخارجية بشدة الهجوم الإرهابي.".encode())
    assert json.loads(out)["doc"] == "-"


def test_jsonl_rows_with_a_field(run, file):
    rows = [
        {"body": "أدانت وزارة الخارجية بشدة الهجوم الإرهابي. وصل الوفد."},
        {"body": ""},
        {"body": "تعهدت الحكومة بمواصلة دعم اليمن"},
    ]
    path = file("\n".join(map(json.dumps, rows)), "in.jsonl")
    _, out, _ = run("tag", "--as", "jsonl", "--field", "body", "--format", "jsonl", path)
    found = [json.loads(line) for line in out.splitlines()]
    assert [(row["doc"], row["line"], row["index"]) for row in found] == [
        (str(path), *p) for p in [(1, 0), (1, 1), (3, 0)]
    ]


def test_csv_in_and_out(run, file):
    path = file('id,text\n1,"أدانت وزارة الخارجية بشدة الهجوم الإرهابي، أمس"\n2,"=1+1"\n', "in.csv")
    _, out, _ = run("tag", "--as", "csv", "--format", "csv", path)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows[0]["labels"] == "condemnation"
    assert 0 <= float(rows[0]["commitment"]) <= 1
    raw = list(csv.DictReader(io.StringIO(run("tag", "--as", "csv", "--format", "csv", "--raw", path)[1])))
    assert [row["text"] for row in rows[1:]] == ["'" + row["text"] for row in raw[1:]]


def test_formulas_are_neutralised(run, file):
    _, out, _ = run("tag", "--as", "sentences", "--format", "csv", file("=cmd()\n@a\n+1\n-1\n"))
    assert [row["text"] for row in csv.DictReader(io.StringIO(out))] == ["'=cmd()", "'@a", "'+1", "'-1"]


def test_the_table_shows_labels(run, file):
    _, out, _ = run("tag", file("أدانت وزارة الخارجية بشدة الهجوم الإرهابي. وصل الوفد.\x1b[2J"))
    assert "condemnation" in out
    assert "none" in out
    assert "\x1b[2J" not in out


def test_output_to_a_file(run, file, tmp_path):
    code, out, err = run("tag", "--format", "jsonl", "-o", tmp_path / "out.jsonl", file(SENTENCES))
    assert (code, out) == (0, "")
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 3
    assert "3 sentences" in err


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (b"", [], "is empty"),
        ("سلام".encode("cp1256"), [], "not UTF-8"),
        (b"\x00\x01\x02PK\x03", [], "binary"),
        (b"id,body\n1,x\n", ["--as", "csv"], "body"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(run, file, tmp_path, content, arguments, message):
    out = tmp_path / "out.jsonl"
    code, printed, err = run("tag", *arguments, "--format", "jsonl", "-o", out, file(content))
    assert (code, printed) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1
    assert not out.exists()


def test_missing_and_unusual_paths(run, tmp_path):
    assert "no such file" in run("tag", tmp_path / "none.txt")[2]
    code, _, err = run("tag", tmp_path)
    assert code == 2
    assert "is a folder" in err


def test_a_missing_model_says_what_to_do(run, file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run("tag", file(SENTENCES), model=False)
    assert code == 2
    assert "run `make` or `dvc repro` first" in err


def test_old_windows_files(run, file):
    path = file("أدانت وزارة الخارجية بشدة الهجوم الإرهابي".encode("cp1256"))
    _, out, _ = run("tag", "--encoding", "cp1256", "--format", "jsonl", path)
    assert json.loads(out)["labels"] == ["condemnation"]


def test_rejected_rows_are_named_and_counted(run, file):
    path = file('{"text": "أدانت وزارة الخارجية بشدة الهجوم الإرهابي"}\nnot json\n{"text": 5}\n', "in.jsonl")
    code, out, err = run("tag", "--as", "jsonl", "--format", "jsonl", path)
    assert code == 1
    assert len(out.splitlines()) == 1
    assert f"{path}:2" in err
    assert f"{path}:3" in err
    assert "2 rows rejected" in err


def test_one_row_is_one_row(run, file):
    _, _, err = run("tag", "--format", "jsonl", file("وصل الوفد أمس إلى عدن."))
    assert err.startswith("1 row, 1 sentence: 1 none; 0 rows rejected; ")


def test_rejects_of_standard_output_go_to_a_file(run, file, tmp_path):
    path = file("{\n", "in.jsonl")
    assert run("tag", path, "--format", "jsonl", "--rejects", tmp_path / "bad.jsonl")[0] == 1
    assert json.loads((tmp_path / "bad.jsonl").read_text())["line"] == 1
    code, _, err = run("tag", path, "--format", "jsonl", "--rejects", tmp_path / "bad.jsonl")
    assert code == 2
    assert "is there already" in err


def test_labels_and_scores_that_are_asked_for(run, file):
    path = file("أدانت وزارة الخارجية بشدة الهجوم الإرهابي")
    _, out, _ = run("tag", path, "--format", "jsonl", "--labels", "commitment, membership")
    assert json.loads(out)["labels"] == []
    assert list(json.loads(out)["scores"]) == ["commitment", "membership"]
    _, out, _ = run("tag", path, "--format", "jsonl", "--min-score", "1")
    assert json.loads(out)["primary"] == "none"
    code, _, err = run("tag", path, "--labels", "war")
    assert code == 2
    assert "unknown label 'war'; the model has commitment, " in err


@pytest.mark.parametrize("workers", [1, 2])
def test_a_folder(run, file, tmp_path, workers):
    (tmp_path / "in" / "b").mkdir(parents=True)
    for name in ("a.txt", "b/c.txt"):
        (tmp_path / "in" / name).write_text("أدانت وزارة الخارجية بشدة الهجوم الإرهابي. وصل الوفد أمس.")
    (tmp_path / "in" / "photo.jpg").write_bytes(b"x")
    code, _, err = run("tag", tmp_path / "in", "-o", tmp_path / "out", "--workers", workers)
    assert code == 0
    assert "2 rows, 4 sentences" in err
    assert "1 file of no known form left out" in err
    assert len((tmp_path / "out" / "b" / "c.jsonl").read_text().splitlines()) == 2
    assert json.loads((tmp_path / "out" / "_SUMMARY.json").read_text())["rows"] == 2
    assert run("tag", tmp_path / "in", "-o", tmp_path / "out")[0] == 2


def test_progress_in_a_log(run, file, tmp_path, monkeypatch):
    monkeypatch.setattr("balagh.cli.tag_progress.EVERY", 0.0)
    path = file(SENTENCES)
    _, _, err = run("tag", "--as", "sentences", "--chunk", 2, path, "-o", tmp_path / "out.jsonl")
    assert re.search(r"balagh: 1 sentence, [\d,]+ a second, \d\d% done, [\d,]+ s left\n", err)


def test_progress_on_a_terminal(run, file, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    _, _, err = run("tag", "--as", "sentences", file(SENTENCES), "-o", tmp_path / "out.jsonl")
    assert "3 sentences, " in err
    assert "100%" in err


def test_data_check(run, file, small):
    row = {"doc": "a-1", "issuer": "واس", "genre": "report", "year": 2015, "text": "وصل الوفد أمس إلى عدن"}
    good = json.dumps(row | {"labels": [], "primary": "none"})
    assert run("data", "check", file(good, "a.jsonl"), model=False)[0] == 0
    code, out, _ = run("data", "check", file(good.replace("none", "war"), "b.jsonl"), model=False)
    assert code == 1
    assert "b.jsonl:1" in out


@pytest.mark.parametrize("command", [[], ["tag"], ["prepare"], ["featurize"], ["train"], ["data"], ["data", "check"]])
def test_help(run, command):
    code, out, _ = run(*command, "--help", model=False)
    assert code == 0
    if command and command != ["data"]:
        assert "Example" in out


def test_version(run):
    assert run("--version", model=False)[1].startswith("balagh ")


def test_help_is_quick_to_load():
    code = "import sys, balagh.cli.app; print([m for m in ('numpy', 'sklearn', 'numba', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
