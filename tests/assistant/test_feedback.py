"""Opinions: kept, listed, exported as cases, erased; never a danger turn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.feedback import FeedbackStore
from assistant.service import Assistant
from corpus.errors import StoreError
from evals.cases import Case


def test_opinions_are_kept_and_erased(assistant: Assistant, tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "f.sqlite")
    assert store.all() == [] and store.erase() == 0
    answer = assistant.ask("Wat is gender?")
    assert store.add(answer, "helpful", "prima")
    kept = store.all()[0]
    assert (kept.verdict, kept.question, kept.comment, kept.index_version) == (
        "helpful",
        "Wat is gender?",
        "prima",
        answer.index_version,
    )
    assert "kader-gender" in kept.units
    assert store.erase() == 1 and store.all() == []
    assert b"prima" not in (tmp_path / "f.sqlite").read_bytes()


def test_a_danger_turn_is_not_kept(assistant: Assistant, tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "f.sqlite")
    assert not store.add(assistant.ask("mijn man slaat me en ik durf niet naar huis"), "helpful")
    assert store.all() == []


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "f.sqlite").write_text("geen database" * 100)
    with pytest.raises(StoreError) as error:
        FeedbackStore(tmp_path / "f.sqlite").all()
    assert error.value.code == "feedback-unusable" and "f.sqlite" in error.value.message


def test_the_commands(assistant: Assistant, tmp_path: Path) -> None:
    FeedbackStore(tmp_path / "feedback.sqlite").add(assistant.ask("Wat is gender?"), "helpful")

    def run(*command: str) -> str:
        environment = os.environ | {"WEGWIJZER_DATA_DIR": str(tmp_path)}
        call = [sys.executable, "-m", "assistant.cli", *command]
        return subprocess.run(call, capture_output=True, text=True, env=environment, check=True).stdout

    assert "Wat is gender?" in run("feedback", "list")
    assert json.loads(run("feedback", "export"))["verdict"] == "helpful"
    case = json.loads(run("feedback", "export", "--cases"))
    assert "kader-gender" in case["gold"]
    Case.model_validate(case | {"facts": [["een feit dat een mens toevoegt"]]})
    assert "Oordelen over antwoorden: 1" in run("privacy", "report")
    run("privacy", "erase")
    assert "Oordelen over antwoorden: 0" in run("privacy", "report")
