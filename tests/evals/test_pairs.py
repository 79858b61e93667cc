"""The checker on the labelled pairs: each kind keeps what it reached."""

from __future__ import annotations

import pytest

from assistant.checking.check import checker_for
from assistant.service import Assistant
from assistant.settings import Settings
from evals.pair_variations import false_variations
from evals.pairs import load_pairs, score, verdicts


def test_pairs_are_labelled_completely_and_halves_share_none() -> None:
    halves = {half: load_pairs(half) for half in ("dev", "frozen", "learn")}
    assert [len(pairs) >= 200 for pairs in halves.values()] == [True] * 3
    sentences = [pair.sentence for pairs in halves.values() for pair in pairs]
    assert len(set(sentences)) >= len(sentences) - 5
    assert all(pair.quotes and pair.language in ("nl", "en") for pairs in halves.values() for pair in pairs)


@pytest.mark.slow
@pytest.mark.parametrize(("half", "caught", "dropped", "copies"), [("dev", 0.94, 0.16, 0.03), ("frozen", 0.90, 0.14, 0.05)])
def test_false_sentences_are_caught_and_true_ones_stand(
    assistant: Assistant, settings: Settings, half: str, caught: float, dropped: float, copies: float
) -> None:
    pairs = load_pairs(half)
    rates = {row.kind: row.rate for row in score(pairs, verdicts(checker_for(assistant.index, settings), pairs))}
    assert rates["changed_number"] == 1.0 and rates["near_copy"] <= copies
    assert rates["~false"] >= caught and rates["~true"] <= dropped, rates


def test_variations_are_false_and_always_the_same(assistant: Assistant) -> None:
    made = false_variations(assistant.index)
    assert made == false_variations(assistant.index) and len(made) > 200
    assert all(sentence != quote for sentence, quote in made)
