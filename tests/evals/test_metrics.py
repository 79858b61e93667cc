"""Measures against independent implementations and hand-worked cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from assistant.answer import Answer, AnswerStatus, Citation
from assistant.service import Assistant
from evals import answer_metrics as metrics
from evals.cases import Case, read_cases
from evals.intervals import interval
from evals.retrieval_metrics import ndcg_at, recall_at, reciprocal_rank

UNITS = [f"u{n}" for n in range(12)]


@given(st.permutations(UNITS), st.sets(st.sampled_from(UNITS), min_size=1, max_size=5), st.integers(1, 12))
def test_ndcg_is_scikit_learns(ranking: list[str], gold: set[str], k: int) -> None:
    truth = np.array([[float(unit in gold) for unit in ranking]])
    scores = np.array([np.arange(len(ranking), 0, -1.0)])
    assert ndcg_at(ranking, gold, k) == pytest.approx(ndcg_score(truth, scores, k=k))


@given(st.permutations(UNITS), st.sets(st.sampled_from(UNITS), min_size=1))
def test_the_first_right_unit_decides(ranking: list[str], gold: set[str]) -> None:
    first = min(ranking.index(unit) for unit in gold) + 1
    assert reciprocal_rank(ranking, gold) == 1 / first
    assert [recall_at(ranking, gold, k) for k in range(1, 13)] == [float(k >= first) for k in range(1, 13)]


def test_hand_worked_rankings() -> None:
    assert ndcg_at(["a", "b", "c"], {"b", "c"}, 3) == pytest.approx((1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3)))
    assert recall_at(["a", "b"], {"b", "z"}, 5, every=True) == 0.5
    assert reciprocal_rank(["a"], {"z"}) == 0.0 and ndcg_at(["a"], {"z"}, 5) == 0.0


def test_the_interval_is_that_of_the_normal_theory() -> None:
    values = [1.0] * 70 + [0.0] * 30
    low, high = interval(values)
    spread = 1.96 * math.sqrt(0.7 * 0.3 / 100)
    assert (low, high) == pytest.approx((0.7 - spread, 0.7 + spread), abs=0.015)
    assert interval(values) == (low, high) and interval([]) == (0.0, 0.0) and interval([1.0, 1.0]) == (1.0, 1.0)


def case(**changes: object) -> Case:
    row = {
        "id": "x",
        "kind": "plain",
        "language": "nl",
        "question": "?",
        "expect": ["answered"],
        "gold": ["a"],
        "facts": [["een", "één"]],
    }
    return Case.model_validate(row | changes)


def answer(text: str, *units: str, status: str = "answered") -> Answer:
    citations = [
        Citation(marker=n, locator=f"p:{unit}", unit=unit, label=unit, page="1", quote="q") for n, unit in enumerate(units, 1)
    ]
    return Answer(
        question="?",
        standalone_question="?",
        status=AnswerStatus(status),
        language="nl",
        answer=text,
        citations=citations,
        index_version="v",
    )


def test_citations() -> None:
    assert metrics.cites_gold(answer("x [1]", "a"), case()) and not metrics.cites_gold(answer("x [1]", "b"), case())
    several = case(kind="several", gold=["a", "b"])
    assert not metrics.cites_gold(answer("x [1]", "a"), several) and metrics.cites_gold(answer("x [1] y [2]", "a", "b"), several)
    assert metrics.supporting_share(answer("", "a", "b", "c", "a"), case(supporting=["b"])) == 0.75
    assert metrics.supporting_share(answer(""), case()) == 1.0


def test_facts_count_in_the_answer_alone_and_within_120_words() -> None:
    assert metrics.has_facts(answer("Dat is  Één ding. [1]", "a"), case())
    assert not metrics.has_facts(answer("Dat is geen ding. [1]", "a"), case(facts=[["één"]]))
    long = answer("één " + "woord " * 120, "a")
    assert not metrics.has_facts(long, case()) and metrics.has_facts(long, case(list=True))
    assert metrics.words(answer("twee woorden. [1] [12]")) == 2


def test_markers_resolve_both_ways() -> None:
    assert metrics.resolves(answer("x [1] y [2] z [1]", "a", "b"))
    assert not metrics.resolves(answer("x [2] y [1]", "a", "b"))
    assert not metrics.resolves(answer("x [1]", "a", "b")) and not metrics.resolves(answer("x [1] [2]", "a"))


def test_quotes_are_compared_with_the_corpus(assistant: Assistant) -> None:
    right = assistant.ask("Wat is gender?")
    assert metrics.is_literal(right, assistant.index.corpus)
    right.citations[0].quote = right.citations[0].quote[:-1] + "!"
    assert not metrics.is_literal(right, assistant.index.corpus)


def test_a_near_miss_may_be_answered_in_part_when_the_first_sentence_names_it() -> None:
    miss = case(kind="near-miss", expect=["not_in_guidance", "partial"], gold=[], facts=[], missing=["bedrag"])
    assert metrics.handled(answer("Een bedrag staat er niet. Wel dit. [1]", "a", status="partial"), miss)
    assert not metrics.handled(answer("Dit staat er. Een bedrag niet. [1]", "a", status="partial"), miss)
    assert not metrics.handled(answer("Een bedrag. [1]", "a"), miss)
    assert metrics.handled(answer("Nee.", status="not_in_guidance"), miss)


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"kind": "odd"},
        {"gold": ["nergens"]},
        {"facts": []},
        {"expect": []},
        {"question": ""},
        {"kind": "near-miss"},
    ],
)
def test_a_malformed_case_is_refused(assistant: Assistant, change: dict[str, object]) -> None:
    import json

    from corpus.errors import EvalError

    row = {
        "id": "x",
        "kind": "plain",
        "language": "nl",
        "question": "?",
        "expect": ["answered"],
        "gold": ["nawoord"],
        "facts": [["a"]],
    }
    assert read_cases([json.dumps(row)], "dev", assistant.index.corpus)
    with pytest.raises(EvalError) as error:
        read_cases([json.dumps(row), json.dumps(row | {"id": "y"} | change)], "dev", assistant.index.corpus)
    assert "2" in error.value.message
