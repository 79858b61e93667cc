"""Shipped vectors are those that the bundled model makes now, and cover the guidance."""

from __future__ import annotations

import numpy as np

from corpus.publication import Publication
from index.chunking import entries_of, off_topic_entries
from index.embedding import BUNDLED, load_embedder
from index.shipped import embed, key_of, shipped_vectors


def test_every_text_has_a_shipped_vector(publication: Publication) -> None:
    wanted = {key_of(entry, BUNDLED) for entry in (*entries_of(publication), *off_topic_entries())}
    assert wanted == set(shipped_vectors([publication], BUNDLED)), "run: python -m index.shipped"


def test_shipped_vectors_equal_fresh_ones(publication: Publication) -> None:
    shipped = shipped_vectors([publication], BUNDLED)
    embedder = load_embedder(BUNDLED)
    for entry in [*entries_of(publication), *off_topic_entries()][::37]:
        assert np.allclose(shipped[key_of(entry, BUNDLED)], embed(entry, embedder), atol=2e-3)


def test_a_question_and_a_passage_of_the_same_words_differ(publication: Publication) -> None:
    from dataclasses import replace

    entry = next(entry for entry in entries_of(publication) if entry.kind == "sentence")
    assert key_of(entry, BUNDLED) != key_of(replace(entry, kind="question"), BUNDLED)


def test_another_model_gets_none(publication: Publication) -> None:
    assert shipped_vectors([publication], "/another/model") == {}
