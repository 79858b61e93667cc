"""The commands as their users run them: exit codes, messages, files."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings import Settings


def wegwijzer(*arguments: str, data: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant.cli", *arguments]
    values = os.environ | {"WEGWIJZER_DATA_DIR": str(data)} | environment
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=values, timeout=120, check=False)


@pytest.fixture(scope="session")
def data(settings: Settings) -> Path:
    return settings.data.path


def test_ask(data: Path) -> None:
    run = wegwijzer("ask", "Wat registreert Veilig Thuis nu niet?", data=data)
    assert run.returncode == 0
    assert re.search(r"^(\[\d\] )+Actiepunt 2 – Verzamel genderspecifieke data \(p\. 9, 2021\)", run.stdout, re.MULTILINE)


def test_ask_json_from_standard_input(data: Path) -> None:
    run = wegwijzer("ask", "--json", "-", data=data, stdin="Welke bron hoort bij voetnoot 7?\n")
    assert json.loads(run.stdout)["citations"][0]["unit"] == "voetnoot-7"


@pytest.mark.parametrize("question", ["", "   ", "x" * 20_000])
def test_bad_questions(data: Path, question: str) -> None:
    run = wegwijzer("ask", question, data=data)
    assert run.returncode == 1 and run.stdout == ""
    assert "Fout:" in run.stderr and "Wat te doen:" in run.stderr and "Traceback" not in run.stderr


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "vraag", "--batch", "x"], ["nonsense"], ["ask", "--wat"]])
def test_wrong_usage(data: Path, arguments: list[str]) -> None:
    assert wegwijzer(*arguments, data=data).returncode == 2


def test_batch(data: Path, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "question": "Wat is gender?", "history": []},
        {"id": 2, "question": ""},
        {"id": "c", "question": "x" * 2001},
        {"id": "d", "question": 7},
        {"id": "e", "question": "Wat staat er in het nawoord?", "history": [{"role": "user", "content": "hoi"}]},
    ]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    run = wegwijzer("ask", "--batch", str(source), "--out", str(out), data=data)
    answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert run.returncode == 1 and "3" in run.stderr
    assert [(a["id"], a["status"]) for a in answers] == [
        ("a", "answered"), (2, "error"), ("c", "error"), ("d", "error"), ("e", "answered"),
    ]  # fmt: skip


def test_batch_through_standard_streams(data: Path) -> None:
    run = wegwijzer("ask", "--batch", "-", "--out", "-", data=data, stdin='{"id": "a", "question": "Wat is gender?"}\n')
    assert run.returncode == 0 and json.loads(run.stdout)["id"] == "a"


def test_a_line_that_is_not_json_stops_before_anything_is_written(data: Path, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": "a", "question": "Wat is gender?"}\n{"id": "b", \n', encoding="utf-8")
    run = wegwijzer("ask", "--batch", str(source), "--out", str(out), data=data)
    assert run.returncode == 1 and "regel 2" in run.stderr and not out.exists()


def test_a_batch_that_is_not_there(data: Path, tmp_path: Path) -> None:
    run = wegwijzer("ask", "--batch", str(tmp_path / "none.jsonl"), data=data)
    assert run.returncode == 1 and "none.jsonl" in run.stderr


def test_no_index_yet(tmp_path: Path) -> None:
    run = wegwijzer("ask", "Wat is gender?", data=tmp_path)
    assert run.returncode == 1 and "wegwijzer index build" in run.stderr


def test_a_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = wegwijzer("index", "build", data=tmp_path / "file")
    assert run.returncode == 1 and "WEGWIJZER_DATA_DIR" in run.stderr


def test_an_impossible_setting(data: Path) -> None:
    run = wegwijzer("ask", "Wat is gender?", data=data, WEGWIJZER_LANGUAGE="fr")
    assert run.returncode == 1 and "WEGWIJZER_LANGUAGE" in run.stderr


def test_show(data: Path) -> None:
    run = wegwijzer("show", "crm-2021:actiepunt-5", data=data)
    assert run.returncode == 0
    for part in ("Voetnoot 7 (p. 12, 2021)", "afgehandeld.[voetnoot-7]", "https://www.verwey-jonker.nl/", "Majone Steketee"):
        assert part in run.stdout


def test_show_names_close_matches(data: Path) -> None:
    run = wegwijzer("show", "crm-2021:actiepnt-5", data=data)
    assert run.returncode == 1 and "crm-2021:actiepunt-5" in run.stderr


def test_corpus_export(data: Path) -> None:
    rows = [json.loads(line) for line in wegwijzer("corpus", "export", data=data).stdout.splitlines()]
    assert len(rows) == 66
    assert list(rows[0]) == ["locator", "unit", "title", "page", "text", "footnotes"]


def test_index_status_and_build_unchanged(data: Path) -> None:
    assert "* " in wegwijzer("index", "status", data=data).stdout
    assert "ongewijzigd" in wegwijzer("index", "build", data=data).stdout


def test_status_without_index(tmp_path: Path) -> None:
    run = wegwijzer("index", "status", data=tmp_path)
    assert run.returncode == 0 and "index build" in run.stdout


def test_doctor(data: Path, tmp_path: Path) -> None:
    assert wegwijzer("doctor", data=data).returncode == 0
    ill = wegwijzer("doctor", data=tmp_path)
    assert ill.returncode == 1 and "wegwijzer index build" in ill.stdout


def test_a_port_that_is_taken(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = wegwijzer("serve", "--port", str(port), data=data)
    assert run.returncode == 1 and f"--port {port + 1}" in run.stderr
