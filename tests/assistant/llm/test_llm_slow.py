"""All behaviours over 200 questions: what of the falsified sentences reaches an answer, by the server's own record."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import scripted as script

from assistant.service import Assistant

pytestmark = pytest.mark.slow

QUESTIONS = 200
BUDGET = 3.0
_EVERY = {"numbers": 1, "names": 1, "swapped": 1, "invented": 1, "slow": 50, "429": 20, "500": 20, "endless": 20}
"""Each behaviour gets every so many questions: those that must never get through all of them, those that take seconds few."""
NEVER = {"number", "name", "invented"}
"""Falsifications of which none may reach an answer."""


@pytest.mark.timeout(900)
def test_all_behaviours_over_many_questions(asking: Callable[..., Assistant], scripted: Any, questions: list[str]) -> None:
    assistant = asking(model_budget_seconds=BUDGET)
    sent: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    asked, slowest = 0, 0.0
    for behaviour in script.BEHAVIOURS:
        few = questions[: QUESTIONS : _EVERY.get(behaviour, 5)]
        for question in few:
            scripted.behaviour = behaviour
            scripted.record.clear()
            begun = time.monotonic()
            answer = assistant.ask(question)
            slowest = max(slowest, time.monotonic() - begun)
            asked += 1
            if answer.trace and behaviour in script.FAILING:
                assert answer.answerer == "extractive" and answer.trace.failure
            if behaviour != "endless":
                sent.update(each.how for each in scripted.record.falsified)
            shown.update(each.how for each in script.false_ones_shown(answer, scripted.record))
    print(f"\n{asked} questions, slowest {slowest:.2f} s; falsified {dict(sent)}; of these shown {dict(shown)}")
    assert sum(sent.values()) > 1500 and len(questions) >= QUESTIONS
    assert slowest < BUDGET + 1
    assert sum(shown.values()) <= 0.02 * sum(sent.values())
    assert not NEVER & set(shown)
