"""The bank in the making: it is not read by the index until every unit has its questions, but what is there must be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.bank import read_bank
from corpus.errors import CorpusError
from corpus.publication import Publication

DRAFT = Path("corpus/publications/crm-2021/questions-draft.jsonl")


def test_drafted_questions_point_to_literal_words(publication: Publication) -> None:
    rows = read_bank(DRAFT.read_text(encoding="utf-8"))
    assert len({row.question.lower() for row in rows}) == len(rows) > 0
    for row in rows:
        assert row.quote and row.quote in publication.by_id[row.unit].text, row.question


@pytest.mark.parametrize(
    "line", ["{", '{"question": "v", "unit": "u"}', '{"question": "v", "unit": "u", "quote": "q", "extra": 1}', "[]"]
)
def test_a_broken_line_is_named(line: str) -> None:
    good = '{"question": "v", "unit": "u", "quote": "q"}'
    with pytest.raises(CorpusError) as error:
        read_bank(f"{good}\n\n{line}\n")
    assert "3" in error.value.message
