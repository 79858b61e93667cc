"""A download that is not whole yet: ``<file>.part`` with what has come, ``<file>.part.json`` with what it is part of."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

_FROM = re.compile(r"bytes (\d+)-")


@dataclass(frozen=True, slots=True)
class Validators:
    """By what a server recognises a state of a file, as it gave them; None for what it did not give."""

    etag: str | None = None
    modified: str | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Validators:
        """Those of an answer; names of headers in lower case."""
        return cls(headers.get("etag"), headers.get("last-modified"))

    def conditions(self) -> dict[str, str]:
        """Headers of a request that wants the file only when it changed."""
        wanted = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in wanted.items() if value}

    @property
    def exact(self) -> str | None:
        """What tells that the file is the same byte by byte; None when nothing does."""
        return self.modified if self.etag is None or self.etag.startswith("W/") else self.etag


class Part:
    """The part of a file that has come."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._part = target.with_name(f"{target.name}.part")
        self._about = target.with_name(f"{target.name}.part.json")
        self._validators = Validators()
        self._stream: IO[bytes] | None = None

    @property
    def size(self) -> int:
        """Bytes that have come."""
        return self._part.stat().st_size if self._part.exists() else 0

    def resume(self, url: str) -> dict[str, str]:
        """Headers of a request that wants only the rest; empty when there is nothing to go on with."""
        about = self._read()
        validators = Validators(about.get("etag"), about.get("modified"))
        if about.get("url") != url or not validators.exact or not self.size:
            return {}
        self._validators = validators
        return {"Range": f"bytes={self.size}-", "If-Range": validators.exact}

    def goes_on(self, content_range: str) -> bool:
        """Whether an answer's range begins where the part ends; the part is then open to be added to."""
        begin = _FROM.match(content_range)
        if not begin or int(begin.group(1)) != self.size or not self.size:
            return False
        self._stream = self._part.open("ab")
        return True

    def start(self, url: str, validators: Validators, *, resumable: bool) -> None:
        """Begin anew. What is not ``resumable`` (another form of the bytes was sent) is never gone on with."""
        self._validators = validators
        self._stream = self._part.open("wb")
        about = {"url": url, **asdict(validators)} if resumable else {}
        self._about.write_text(json.dumps(about), encoding="utf-8")

    def add(self, piece: bytes) -> None:
        assert self._stream is not None
        self._stream.write(piece)
        self._stream.flush()

    def finish(self) -> Validators:
        """Put the file in its place, at once and on disk."""
        assert self._stream is not None
        os.fsync(self._stream.fileno())
        self._stream.close()
        os.replace(self._part, self._target)
        self._about.unlink(missing_ok=True)
        return self._validators

    def drop(self) -> None:
        """Forget what has come."""
        if self._stream:
            self._stream.close()
        self._part.unlink(missing_ok=True)
        self._about.unlink(missing_ok=True)

    def _read(self) -> dict[str, str]:
        try:
            about = json.loads(self._about.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # none, or killed while writing it: the part is not gone on with
            return {}
        return about if isinstance(about, dict) else {}
