"""Drafts of bank questions: literal quotes, no copied words, and acceptance of all rows or none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.suggesting import written
from corpus.accept import BANK, accept, read_accepted
from corpus.bank import BankQuestion
from corpus.check import findings, open_sentences, unasked
from corpus.errors import CorpusError
from corpus.publication import Publication, read_publication
from corpus.suggest import suggestions

DATA = Path(__file__).parent.parent / "data" / "wateren-2024"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA, tmp_path / "publications" / "wateren-2024"))


@pytest.fixture
def bare(publication: Publication) -> Publication:
    return replace(publication, bank=(), gaps=())


def test_every_draft_could_be_accepted_as_it_is(bare: Publication) -> None:
    drafts = suggestions(bare)
    filled = replace(bare, bank=tuple(draft.row for draft in drafts))
    assert findings(filled) == []
    assert len({draft.question for draft in drafts}) == len(drafts)


def test_nearly_every_open_sentence_gets_one(bare: Publication) -> None:
    filled = replace(bare, bank=tuple(draft.row for draft in suggestions(bare)))
    assert len(unasked(filled)) <= 0.1 * len(open_sentences(bare))


def test_kinds_of_sentence_are_told_apart(bare: Publication) -> None:
    kinds = Counter(draft.origin for draft in suggestions(bare))
    forms = ("title", "list", "figure", "definition", "duty", "role", "reason", "example", "statement")
    assert all(kinds[f"template:{form}"] >= 5 for form in forms), kinds
    defined = {draft.question: draft.quote for draft in suggestions(bare) if draft.origin == "template:definition"}
    assert defined["Wat is preventie?"].startswith("Preventie is een middel")


def test_only_sentences_that_no_question_leads_to(small_publication: Publication) -> None:
    row = BankQuestion("Wanneer mag je maaien?", "hoofdstuk-1", "Waterschappen maaien oevers na de broedtijd van vogels.")
    drafts = suggestions(replace(small_publication, bank=(row,)))
    assert row.quote not in {draft.quote for draft in drafts}
    assert "Maaisel wordt binnen een week afgevoerd." in {draft.quote for draft in drafts}
    assert not [draft for draft in drafts if draft.unit == "hoofdstuk-1" and draft.origin == "template:title"]


def test_a_whole_list_is_one_quote(small_publication: Publication) -> None:
    quotes = {draft.quote for draft in suggestions(small_publication) if draft.origin == "template:list"}
    assert "1. voor het stormseizoen\n2. na hevige regen" in quotes


def test_english_publications_get_english_questions(small_publication: Publication) -> None:
    english = replace(small_publication, data=small_publication.data | {"language": "en"})
    assert all(draft.question.startswith(("What", "Which", "Why")) for draft in suggestions(english))


def test_what_a_model_writes_is_checked(small_publication: Publication) -> None:
    """The model is scripted; what it says wrong is dropped and counted."""
    first = "Waterschappen maaien oevers na de broedtijd van vogels."
    said = [
        {"question": "Wanneer mag het waterschap de kant maaien?", "quote": first},
        {"question": "Wanneer mag het waterschap de kant maaien", "quote": first},
        {"question": "Klopt het dat waterschappen maaien oevers na de broedtijd van vogels?", "quote": first},
        {"question": "Wat gebeurt er met het gemaaide gras?", "quote": "Maaisel gaat binnen een week weg."},
        {"question": "Wat is riet?", "quote": "Riet blijft in de winter staan, omdat het insecten beschut."},
        {"question": "", "quote": first},
    ]
    lines = "Hier zijn ze:\n" + "\n".join(json.dumps(row) for row in said) + '\n{"question": kapot\n'
    asked: list[str] = []

    def model(messages: object) -> str:
        asked.append(str(messages))
        return lines if len(asked) == 1 else ""

    dropped: Counter[str] = Counter()
    drafts = list(written(small_publication, "proef", model, dropped))
    assert [(draft.question, draft.quote, draft.origin) for draft in drafts] == [(said[0]["question"], first, "model:proef")]
    assert dropped == {"double": 1, "copied": 1, "quote": 2, "length": 1, "malformed": 1}
    assert first in asked[0] and len(asked) == len({unit.id for unit, _ in open_sentences(small_publication)})


def test_accepting_appends_in_one_step(folder: Path) -> None:
    drafts = suggestions(read_publication(folder))
    text = "\n".join(draft.line() for draft in drafts[:3])
    assert accept(folder, read_accepted(text), "f") == 3
    (folder / BANK).write_text((folder / BANK).read_text().rstrip("\n"))  # an editor that ends without a line's end
    assert accept(folder, read_accepted(drafts[4].line()), "f") == 1
    bank = read_publication(folder).bank
    assert [row.question for row in bank] == [drafts[n].question for n in (0, 1, 2, 4)]
    assert set(json.loads((folder / BANK).read_text().splitlines()[0])) == {"question", "unit", "quote"}
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unit": "hoofdstuk-9"}, "unit"),
        ({"quote": "Maaisel wordt niet afgevoerd."}, "quote"),
        ({"question": "  "}, "empty"),
        ({"question": "Wordt maaisel wordt binnen een week afgevoerd?"}, "copied"),
    ],
)
def test_one_bad_row_and_nothing_is_added(folder: Path, change: dict[str, str], reason: str) -> None:
    good = {"question": "Hoe snel gaat het gras weg?", "unit": "hoofdstuk-1", "quote": "Maaisel wordt binnen een week afgevoerd."}
    bad = {"question": "Binnen welke tijd ruimt men op?", "unit": good["unit"], "quote": good["quote"]} | change
    with pytest.raises(CorpusError) as error:
        accept(folder, read_accepted(f"{json.dumps(good)}\n{json.dumps(bad)}"), "keuze.jsonl")
    assert error.value.code == "accept-refused" and f"2 ({reason})" in error.value.message
    assert not (folder / BANK).exists()
    again = f"{json.dumps(good)}\n{json.dumps(good)}"
    with pytest.raises(CorpusError, match="double"):
        accept(folder, read_accepted(again), "keuze.jsonl")


@pytest.mark.parametrize("line", ["{", "[]", '{"question": "v"}', '{"question": "v", "unit": "u", "quote": "q", "extra": 1}'])
def test_a_broken_line_is_refused(line: str) -> None:
    with pytest.raises(CorpusError) as error:
        read_accepted(line)
    assert error.value.code == "bank-line"


def test_the_commands(folder: Path, tmp_path: Path) -> None:
    def run(*command: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"WEGWIJZER_DATA_DIR": str(tmp_path)}
        call = [sys.executable, "-m", "assistant.cli", *command]
        return subprocess.run(call, check=False, capture_output=True, text=True, env=environment)

    made = run("corpus", "suggest", "--publication", "wateren-2024")
    rows = [json.loads(line) for line in made.stdout.splitlines()]
    assert made.returncode == 0 and all(set(row) == {"question", "unit", "quote", "origin"} for row in rows)
    assert not (folder / BANK).exists()
    (tmp_path / "keuze.jsonl").write_text("\n".join(made.stdout.splitlines()[:2]))
    assert run("corpus", "accept", str(tmp_path / "keuze.jsonl"), "--id", "wateren-2024").returncode == 0
    assert len(read_publication(folder).bank) == 2
    assert len(run("corpus", "suggest", "--publication", "wateren-2024").stdout.splitlines()) < len(rows)
    for command in (
        ("accept", "nergens.jsonl", "--id", "wateren-2024"),
        ("accept", "-", "--id", "../x"),
        ("suggest", "--with-model"),
    ):
        failed = run("corpus", *command)
        assert failed.returncode == 1 and "Wat te doen" in failed.stderr and "Traceback" not in failed.stderr
