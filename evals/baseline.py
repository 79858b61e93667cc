"""The gate: what the test half reached when it was last accepted, and what may not become worse."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from evals.score import measures
from evals.suite import Run

TOLERANCE = 0.01
_COMPARED = ("half", "model", "weights", "without", "cases")
_NOT_GATED = ("words",)


def misses(run: Run, corpus: Any) -> list[str]:
    """What is worse than the baseline by more than ``TOLERANCE``, or set differently; empty when the gate holds."""
    baseline = _baseline()
    found = [f"{key}: {run.settings[key]} ≠ {baseline['settings'][key]}" for key in _COMPARED if _differs(run, baseline, key)]
    lost = [f"{name}: –" for name in baseline["measures"] if name not in run.summary]
    return [*found, *lost, *worse(run, corpus)]


def worse(run: Run, corpus: Any) -> list[str]:
    """The measures alone that are worse than the baseline by more than ``TOLERANCE``; those without a case are left out."""
    baseline, found = _baseline(), []
    for name, measure in measures(corpus).items():
        if name in _NOT_GATED or name not in baseline["measures"] or name not in run.summary:
            continue
        then, now = baseline["measures"][name], run.summary[name].value
        lost = now - then if measure.lower_is_better else then - now
        if lost > TOLERANCE:
            found.append(f"{name}: {now:.3f} ({then:.3f})")
    return found


def write_baseline(run: Run, file: Path) -> None:
    """Accept a run as the new baseline."""
    kept = {
        "settings": {key: run.settings[key] for key in _COMPARED},
        "measures": {name: round(value.value, 4) for name, value in run.summary.items() if name not in _NOT_GATED},
    }
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _baseline() -> dict[str, Any]:
    baseline: dict[str, Any] = json.loads((files("evals") / "baseline.json").read_text(encoding="utf-8"))
    return baseline


def _differs(run: Run, baseline: dict[str, Any], key: str) -> bool:
    return json.dumps(run.settings[key], sort_keys=True) != json.dumps(baseline["settings"][key], sort_keys=True)
