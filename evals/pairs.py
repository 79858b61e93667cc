"""How well written sentences are checked: pairs of sentence and quotes, scored per kind; and how the judgement is learned.

Pairs are lines of ``datasets/pairs.jsonl`` (halves ``dev``, ``frozen``) and ``pairs-learn.jsonl`` (``learn``), labelled by hand:
``id``, ``kind``, ``sentence``, ``evidence`` (each with ``unit`` and ``quote``), ``supported``, ``language``, ``half``.
``python -m evals.pairs`` learns from dev and learn, and writes ``assistant/checking/support.json``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.checking.check import Checker, checker_for
from assistant.checking.support import FEATURES
from evals.pair_variations import false_variations
from index.evidence import weigh_views
from index.retriever import IndexVersion

_FILES = {"dev": "pairs.jsonl", "frozen": "pairs.jsonl", "learn": "pairs-learn.jsonl"}
_CONTENT = frozenset({"not_in_evidence", "other_unit"})
"""Kinds of false pairs whose fault is the content: the other kinds are for the rules, and look like true ones here."""
_LENIENCE = 0.6
"""Log-odds added for a sentence that broke no rule: set on held-out pairs, where false ones are caught as often as asked."""
_MADE = 0.25
"""Share of all false pairs' weight that is given to those made from the corpus."""
_FOLDS = 10

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Pair:
    """A sentence with its quotes, and whether they carry it."""

    id: str
    kind: str
    sentence: str
    quotes: tuple[str, ...]
    supported: bool
    language: str


@dataclass(frozen=True)
class Rate:
    """How many pairs of a kind were refused: ``rate`` should be near 1 for false kinds and near 0 for true ones."""

    kind: str
    supported: bool
    refused: int
    n: int

    @property
    def rate(self) -> float:
        return self.refused / self.n


def load_pairs(half: str) -> list[Pair]:
    """The pairs of one half: ``"dev"``, ``"frozen"`` or ``"learn"``."""
    lines = (files("evals") / "datasets" / _FILES[half]).read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["half"] == half]
    return [
        Pair(r["id"], r["kind"], r["sentence"], tuple(e["quote"] for e in r["evidence"]), r["supported"], r["language"])
        for r in rows
    ]


def verdicts(checker: Checker, pairs: Iterable[Pair]) -> list[bool]:
    """Whether the checker lets each pair's sentence stand."""
    return [checker.check(pair.sentence, pair.quotes, language=pair.language).supported for pair in pairs]


def score(pairs: Sequence[Pair], found: Sequence[bool]) -> list[Rate]:
    """Rates per kind, then of all true Dutch, all true and all false ones."""
    groups: dict[tuple[str, bool], list[bool]] = defaultdict(list)
    for pair, stands in zip(pairs, found, strict=True):
        groups[pair.kind, pair.supported].append(stands)
        groups["~true" if pair.supported else "~false", pair.supported].append(stands)
        if pair.supported and pair.language == "nl":
            groups["~true, Dutch", True].append(stands)
    return [Rate(kind, true, group.count(False), len(group)) for (kind, true), group in sorted(groups.items())]


def held_out_verdicts(checker: Checker, pairs: Sequence[Pair], index: IndexVersion) -> list[bool]:
    """The same with a judgement that was learned from dev and learn without the pairs of the same first quote (ten folds)."""
    known = [*load_pairs("dev"), *load_pairs("learn")]
    features, made = _features(checker, known), _made(checker, index)
    fold = {quote: number % _FOLDS for number, quote in enumerate(dict.fromkeys(pair.quotes[0] for pair in known))}
    others = [[row for row, pair in enumerate(known) if fold[pair.quotes[0]] != each] for each in range(_FOLDS)]
    models = [_learn(known, features, rows, made) for rows in others]
    found = []
    for pair, row in zip(pairs, _features(checker, pairs), strict=True):
        weights = models[fold.get(pair.quotes[0], 0)]
        carried = float(weights[:-1] @ row + weights[-1]) > 0
        found.append(carried and not any(checker.faults(pair.sentence, pair.quotes, pair.language)))
    return found


def learn(checker: Checker, index: IndexVersion, file: Path) -> None:
    """Learn the judgement of the content from dev, learn and what is made of the corpus, and write it."""
    known = [*load_pairs("dev"), *load_pairs("learn")]
    weights = _learn(known, _features(checker, known), range(len(known)), _made(checker, index))
    data = {"weights": {name: round(float(w), 4) for name, w in zip(FEATURES, weights[:-1], strict=True)}}
    file.write_text(json.dumps({**data, "constant": round(float(weights[-1]), 4)}, indent=1) + "\n", encoding="utf-8")


def _learn(pairs: Sequence[Pair], features: Floats, rows: Iterable[int], made: Floats) -> Floats:
    used = [row for row in rows if pairs[row].supported or pairs[row].kind in _CONTENT]
    labels = np.array([*(pairs[row].supported for row in used), *[False] * len(made)])
    counts = np.ones(len(labels))
    written = ~labels[: len(used)]
    counts[: len(used)][written] = (1 - _MADE) * labels.sum() / written.sum()
    counts[len(used) :] = _MADE * labels.sum() / len(made)
    weights = weigh_views(np.vstack([features[used], made]), labels, counts)
    weights[-1] += _LENIENCE
    return weights


def _features(checker: Checker, pairs: Iterable[Pair]) -> Floats:
    return np.array([checker.features(pair.sentence, pair.quotes, pair.language) for pair in pairs], dtype=np.float32)


def _made(checker: Checker, index: IndexVersion) -> Floats:
    pairs = (Pair("", "", sentence, (quote,), False, "nl") for sentence, quote in false_variations(index))
    return _features(checker, pairs)


def _main() -> None:
    from assistant.service import Assistant
    from assistant.settings import load_settings

    settings = load_settings()
    index = Assistant(settings).index
    learn(checker_for(index, settings), index, Path(str(files("assistant.checking"))) / "support.json")


if __name__ == "__main__":
    _main()
