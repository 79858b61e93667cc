"""Shipped vectors are those that the bundled model makes now, and cover the guidance."""

from __future__ import annotations

import numpy as np

from corpus.publication import Publication
from index.chunking import common_entries, entries_of
from index.embedding import BUNDLED, load_embedder
from index.guard import GUARDED, learn_guard
from index.shipped import embed, key_of, shipped_guard, shipped_vectors


def test_every_text_has_a_shipped_vector(publication: Publication) -> None:
    wanted = {key_of(entry, BUNDLED) for entry in (*entries_of(publication), *common_entries())}
    assert wanted == set(shipped_vectors([publication], BUNDLED)), "run: python -m index.shipped"


def test_shipped_vectors_equal_fresh_ones(publication: Publication) -> None:
    shipped = shipped_vectors([publication], BUNDLED)
    embedder = load_embedder(BUNDLED)
    for entry in [*entries_of(publication), *common_entries()][::97]:
        assert np.allclose(shipped[key_of(entry, BUNDLED)], embed(entry, embedder), atol=2e-3)


def test_a_question_and_a_passage_of_the_same_words_differ(publication: Publication) -> None:
    from dataclasses import replace

    entry = next(entry for entry in entries_of(publication) if entry.kind == "sentence")
    assert key_of(entry, BUNDLED) != key_of(replace(entry, kind="question"), BUNDLED)


def test_another_model_gets_none(publication: Publication) -> None:
    assert shipped_vectors([publication], "/another/model") == {}


def test_shipped_guards_are_those_that_are_learned_now() -> None:
    entries, vectors = common_entries(), shipped_vectors([], BUNDLED)
    rows = np.stack([vectors[key_of(entry, BUNDLED)] for entry in entries])
    for kind in GUARDED:
        shipped = shipped_guard(kind, entries, BUNDLED)
        assert shipped is not None, "run: python -m index.shipped"
        fresh = learn_guard(kind, entries, rows)
        for row in range(0, len(entries), 300):
            values = [
                guard.judge(entries[row].text, rows[row], rows[:50] @ rows[row], rows[50:100] @ rows[row])
                for guard in (shipped, fresh)
            ]
            assert abs(values[0] - values[1]) < 0.05


def test_a_guard_learned_from_something_else_is_not_taken() -> None:
    assert shipped_guard("attack", common_entries()[1:], BUNDLED) is None
    assert shipped_guard("attack", common_entries(), "/another/model") is None
