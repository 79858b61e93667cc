"""What an index version holds as files: publications and entries, written and read back; and what keyword search sees of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.publication import Publication
from corpus.vocabulary import Vocabulary
from index.chunking import Entry
from index.keyword import KeywordIndex

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def write_content(folder: Path, publications: Sequence[Publication], entries: Sequence[Entry]) -> None:
    """Write the publications and entries of a build."""
    (folder / "corpus.json").write_bytes(_publications().dump_json(list(publications)))
    lines = (json.dumps(asdict(entry), ensure_ascii=False) for entry in entries)
    (folder / "entries.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_entries(folder: Path) -> list[Entry]:
    """The entries of a build's folder, row by row as in ``vectors.npy``."""
    return [Entry(**json.loads(line)) for line in (folder / "entries.jsonl").read_text(encoding="utf-8").splitlines()]


def read_publications(folder: Path) -> list[Publication]:
    """The publications of a build's folder, as they were when it was built."""
    return _publications().validate_json((folder / "corpus.json").read_bytes())


def keyword_text(entry: Entry) -> str:
    """What keyword search looks at."""
    return f"{entry.context} {entry.text}"


def chunk_keywords(entries: Sequence[Entry]) -> KeywordIndex:
    """Keyword search over the chunks alone, in their order: what a corpus without a bank has."""
    texts = [keyword_text(entry) for entry in entries if entry.kind == "chunk"]
    return KeywordIndex(texts, Vocabulary(texts))


def _publications() -> TypeAdapter[list[Publication]]:
    from pydantic import TypeAdapter

    return TypeAdapter(list[Publication])
