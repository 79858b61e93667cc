"""Personal data in the labelled set: what was asked of the frozen half."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.service import Assistant
from evals.personal import score_personal

CASES = [json.loads(line) for line in Path("evals/datasets/personal.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("half", ["dev", "frozen"])
def test_spans_are_found_and_look_alikes_stay(assistant: Assistant, half: str) -> None:
    score = score_personal([case for case in CASES if case["half"] == half], assistant.is_public)
    assert score.found >= 0.95 * score.spans and score.spans >= 90, score.missed
    assert score.masked <= 0.04 * score.look_alikes, score.wrong
