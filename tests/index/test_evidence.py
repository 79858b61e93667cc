"""What is learned from the bank: units from vectors, and whether a question is answered at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.service import Assistant
from index.classifier import learn, load_classifier
from index.evidence import WordCounts, load_evidence


def test_the_classifier_is_scikit_learns() -> None:
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(3)
    vectors = random.normal(size=(90, 8)).astype(np.float32)
    names = [f"p:{'abc'[n % 3]}" for n in range(90)]
    vectors[:, 0] += [n % 3 for n in range(90)]
    model = LogisticRegression(C=100.0, max_iter=300).fit(vectors, names)
    ours = learn(vectors, names)
    scores = ours.scores(vectors[4])
    assert list(scores) == list(model.classes_)
    assert list(scores.values()) == pytest.approx(model.decision_function(vectors[4:5])[0], abs=1e-3)


@pytest.mark.parametrize("names", [[], ["p:a"] * 4])
def test_with_nothing_to_tell_apart_it_stays_silent(names: list[str]) -> None:
    assert learn(np.zeros((len(names), 8), dtype=np.float32), names).scores(np.ones(8, dtype=np.float32)) == {}


def test_two_units_are_told_apart(tmp_path: Path) -> None:
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], dtype=np.float32)
    learn(vectors, ["p:a", "p:a", "p:b", "p:b"]).save(tmp_path / "c.npz")
    scores = load_classifier(tmp_path / "c.npz").scores(np.array([1, 0], dtype=np.float32))
    assert scores["p:a"] > scores["p:b"]


def test_foreign_words_numbers_and_names() -> None:
    counts = WordCounts(["Veilig Thuis meldt geweld in 2020", "wat doet de gemeente"])
    assert counts.foreign("Wat doet Veilig Thuis?") == (0.0, 0, 0)
    share, numbers, names = counts.foreign("Wat doet Zwolle in 2024?")
    assert (share, numbers, names) == (0.4, 1, 1)
    assert counts.foreign("wat doet de gemeente", own=1)[0] == 1.0


def test_arrays_survive_saving(assistant: Assistant, tmp_path: Path) -> None:
    model = assistant.index._learned.evidence
    model.save(tmp_path / "e.npz")
    again = load_evidence(tmp_path / "e.npz")
    assert np.array_equal(again.weights, model.weights) and again.weights.shape[0] == 2


def test_signals_tell_subject_gap_and_anything_else_apart(assistant: Assistant) -> None:
    on = assistant.index.search("Waarom melden vrouwen geweld niet snel?").signals
    gap = assistant.index.search("Hoeveel euro subsidie krijgt een opvanghuis per bed?").signals
    off = assistant.index.search("Hoe bak ik pannenkoeken?").signals
    assert on.topical > 2 > -2 > off.topical
    assert on.answered is not None and gap.answered is not None and on.answered > 0 > gap.answered


def test_without_a_bank_only_the_subject_is_judged(assistant: Assistant) -> None:
    other = assistant.index.switched_off(["question"])
    signals = other.search("Waarom melden vrouwen geweld niet snel?").signals
    assert signals.answered is None and signals.topical > 0
    assert other.search("Hoe bak ik pannenkoeken?").signals.topical < 0


@pytest.mark.parametrize("off", ["chunk", "sentence", "keyword", "classifier", "letters", "question", "compounds", "spelling"])
def test_every_ingredient_can_be_switched_off(assistant: Assistant, off: str) -> None:
    question = "welke hulpverleningsplekken zijn er voor plegrs en slachtofers"
    whole = assistant.index.search(question).hits
    without = assistant.index.switched_off([off]).search(question).hits
    assert {hit.locator for hit in whole} == {hit.locator for hit in without}
    assert [hit.score for hit in whole] != [hit.score for hit in without]
