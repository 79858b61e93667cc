"""How far a judge agrees with labels written by hand: accuracy and Cohen's kappa, each with its uncertainty.

Kappa: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological Measurement 20 (1960), p. 37-46.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.intervals import DRAWS, SEED, interval

_LEVEL = 0.95


@dataclass(frozen=True)
class Agreement:
    """Agreement over ``n`` pairs, with the bounds of 95 % intervals.

    Attributes:
        kappa: -1 to 1, 0 is what chance gives; None, like its bounds, where labels and judge know one answer only.
        false_passed: share of the unsupported sentences that the judge calls supported; None without any.
        unjudged: pairs that the judge gave no verdict on; they count nowhere else.
    """

    n: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    kappa: float | None
    kappa_low: float | None
    kappa_high: float | None
    false_passed: float | None
    unjudged: int


def agreement(labels: Sequence[bool], verdicts: Sequence[bool | None]) -> Agreement:
    """Agreement of verdicts (None: there is none) with the labels at the same place."""
    judged = [(label, verdict) for label, verdict in zip(labels, verdicts, strict=True) if verdict is not None]
    same = [float(label == verdict) for label, verdict in judged]
    false = [float(verdict) for label, verdict in judged if not label]
    low, high = interval(same, _LEVEL)
    cells = np.zeros(4)
    for label, verdict in judged:
        cells[2 * label + verdict] += 1
    kappa, kappa_low, kappa_high = _kappa_with_bounds(cells)
    return Agreement(
        n=len(judged),
        accuracy=sum(same) / len(same) if same else 0.0,
        accuracy_low=low,
        accuracy_high=high,
        kappa=kappa,
        kappa_low=kappa_low,
        kappa_high=kappa_high,
        false_passed=sum(false) / len(false) if false else None,
        unjudged=len(labels) - len(judged),
    )


def _kappa_with_bounds(cells: NDArray[np.float64]) -> tuple[float | None, float | None, float | None]:
    """Kappa of one table of counts, and its percentile bootstrap bounds; drawing pairs anew is drawing such a table anew."""
    total = int(cells.sum())
    kappa = _kappas(cells[None, :])[0] if total else np.nan
    if np.isnan(kappa):
        return None, None, None
    drawn = np.random.default_rng(SEED).multinomial(total, cells / total, size=DRAWS)
    low, high = np.nanquantile(_kappas(drawn.astype(float)), [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(kappa), float(low), float(high)


def _kappas(tables: NDArray[np.float64]) -> NDArray[np.float64]:
    """Kappa of each row: counts of label no and verdict no, no and yes, yes and no, both yes. NaN where chance agrees fully."""
    shares = tables / tables.sum(axis=1, keepdims=True)
    seen = shares[:, 0] + shares[:, 3]
    label, verdict = shares[:, 2] + shares[:, 3], shares[:, 1] + shares[:, 3]
    chance = label * verdict + (1 - label) * (1 - verdict)
    room = np.where(np.isclose(chance, 1.0), np.nan, 1 - chance)
    return np.asarray((seen - chance) / room, dtype=np.float64)
