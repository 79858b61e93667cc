"""Decompressing what a web server sends compressed, a bounded piece at a time, so that a bomb costs no memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from corpus.errors import FetchError

_PIECE = 1_000_000
"""Bytes of one decompressed piece."""
_ANY_HEADER = 32 + zlib.MAX_WBITS
"""zlib finds out by itself whether it is gzip or zlib."""


def inflated(raw: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """What was sent, without its content encoding.

    Raises:
        FetchError: an encoding that was not asked for and is not known, or broken data.
    """
    if encoding.strip().lower() in ("", "identity"):
        yield from raw
        return
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        raise FetchError("fetch-encoding", encoding=encoding)
    unpacker = zlib.decompressobj(_ANY_HEADER)
    try:
        for chunk in raw:
            waiting = chunk
            while waiting:
                yield unpacker.decompress(waiting, _PIECE)
                waiting = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error as error:
        raise FetchError("fetch-encoding", encoding=f"{encoding}: {error}") from error
