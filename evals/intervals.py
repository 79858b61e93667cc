"""Uncertainty of a mean: the percentile bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

DRAWS = 2000
SEED = 20211


def interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float]:
    """Bounds of the mean of ``values``; (0, 0) for none. The draws are seeded: the same values give the same bounds."""
    if not values:
        return 0.0, 0.0
    array = np.asarray(values, dtype=float)
    picks = np.random.default_rng(SEED).integers(0, len(array), size=(DRAWS, len(array)))
    low, high = np.quantile(array[picks].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
