"""What differs between two index versions, as text for the terminal: ``[-was-]{+now+}``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.render import text
from index.diff import Difference, Piece, Pieces, PublicationChange, UnitChange

_AROUND = 60
"""Characters of what stayed that are shown on either side of a change."""


def render_difference(difference: Difference) -> str:
    """Counts per publication, then every unit that differs."""
    counted = [_publication(change) for change in difference.publications]
    units = [_unit(change) for change in difference.units]
    total: dict[str, Any] = {
        kind: sum(unit.kind == kind for unit in difference.units) for kind in ("added", "removed", "changed")
    }
    return "\n".join([*counted, text("diff_total", **total), *units])


def render_pieces(pieces: Pieces) -> str:
    """Words that changed between marks; of long stretches that stayed only the edges."""
    last = len(pieces) - 1
    return "".join(_piece(piece, number == 0, number == last) for number, piece in enumerate(pieces)).strip()


def _piece(piece: Piece, first: bool, last: bool) -> str:
    if piece.kind == "removed":
        return f"[-{piece.text}-]"
    if piece.kind == "added":
        return f"{{+{piece.text}+}}"
    if len(piece.text) <= 2 * _AROUND:
        return piece.text
    before = "" if first else piece.text[:_AROUND]
    after = "" if last else piece.text[-_AROUND:]
    return f"{before} … {after}"


def _publication(change: PublicationChange) -> str:
    names: Sequence[str] = [name for name in (change.before, change.after) if name]
    counts = {name: f"{old} → {new}" if old != new else str(old) for name, (old, new) in change.counts.items()}
    return text("diff_publication", publication=" → ".join(dict.fromkeys(names)), **counts)


def _unit(change: UnitChange) -> str:
    where = " → ".join(dict.fromkeys(name for name in (change.before, change.after) if name))
    lines = [f"\n{text(f'diff_{change.kind}', where=where)}"]
    # A unit on one side only is told by its title: all its text would be marked.
    parts = change.parts if change.kind == "changed" else {"title": change.parts.get("title", ())}
    lines += [f"  {text(f'diff_part_{name}')}: {render_pieces(found)}" for name, found in parts.items() if found]
    return "\n".join(lines)
