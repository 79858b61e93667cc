"""The banks: rows are read strictly, and ``corpus check`` finds every kind of fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from corpus.bank import BankQuestion, Gap, off_topic_questions, read_bank, read_gaps
from corpus.check import findings, unasked
from corpus.errors import CorpusError
from corpus.publication import Publication


@pytest.mark.parametrize(
    "line", ["{", '{"question": "v", "unit": "u"}', '{"question": "v", "unit": "u", "quote": "q", "extra": 1}', "[]"]
)
def test_a_broken_line_is_named(line: str) -> None:
    good = '{"question": "v", "unit": "u", "quote": "q"}'
    with pytest.raises(CorpusError) as error:
        read_bank(f"{good}\n\n{line}\n")
    assert "3" in error.value.message


def test_a_gap_may_have_no_nearest_unit() -> None:
    assert read_gaps('{"question": "v", "nearest": null, "kind": "amount"}\n') == (Gap("v", None, "amount"),)


def test_the_banks_of_the_guidance_are_well_and_large_enough(publication: Publication) -> None:
    assert findings(publication) == []
    assert len(publication.bank) >= 2000 and len(publication.gaps) >= 200 and len(off_topic_questions()) >= 200
    assert len(unasked(publication)) <= 3


def test_gaps_ask_for_known_kinds(publication: Publication) -> None:
    from assistant.asked import kinds

    assert {gap.kind for gap in publication.gaps} <= set(kinds())
    assert set(publication.data["elsewhere"]) <= set(kinds())
    assert set(publication.data["elsewhere"].values()) <= set(publication.by_id)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (BankQuestion("Wat is er?", "geen-eenheid", "x"), "unit"),
        (BankQuestion("Wat is er dan?", "nawoord", "staat er niet"), "quote"),
        (BankQuestion("Is het waar dat de huidige aanpak helaas nog niet voldoende helpt?", "inleiding", "aanpak"), "copied"),
    ],
)
def test_a_fault_is_found(publication: Publication, row: BankQuestion, code: str) -> None:
    found = findings(replace(publication, bank=(row,), gaps=()))
    assert [finding.code for finding in found] == [code]


def test_doubles_are_found_across_banks_and_word_order(publication: Publication) -> None:
    bank = (BankQuestion("Hoeveel budget is er voor plegers?", "nawoord", "beleid"),)
    gaps = (Gap("hoeveel budget voor plegers is er", None, "amount"),)
    assert [finding.code for finding in findings(replace(publication, bank=bank, gaps=gaps))] == ["double"]


def test_a_sentence_without_a_question_is_listed(publication: Publication) -> None:
    everything = len(unasked(replace(publication, bank=())))
    row = BankQuestion("Wat?", "inleiding", "neemt niet of nauwelijks af")
    assert len(unasked(replace(publication, bank=(row,)))) == everything - 1
