"""Measures of a ranking of units against the right ones. A gain is 1 for a right unit and 0 for any other."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence


def recall_at(ranking: Sequence[str], gold: Collection[str], k: int, *, every: bool = False) -> float:
    """1.0 when a right unit is among the first ``k``; with ``every``, the share of the right ones that are."""
    found = len(set(gold) & set(ranking[:k]))
    return found / len(set(gold)) if every else float(found > 0)


def reciprocal_rank(ranking: Sequence[str], gold: Collection[str]) -> float:
    """1 / rank of the first right unit; 0.0 when none is found."""
    return next((1 / rank for rank, unit in enumerate(ranking, 1) if unit in gold), 0.0)


def ndcg_at(ranking: Sequence[str], gold: Collection[str], k: int) -> float:
    """Normalised discounted cumulative gain (Järvelin & Kekäläinen, ACM TOIS 20(4), 2002), logarithm to base 2."""
    gain = sum(1 / math.log2(rank + 1) for rank, unit in enumerate(ranking[:k], 1) if unit in gold)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(set(gold))) + 1))
    return gain / ideal if ideal else 0.0
