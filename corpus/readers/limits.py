"""How much of this machine a file may take while it is read."""

from __future__ import annotations

import resource
from dataclasses import dataclass

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one reading.

    Attributes:
        size: bytes of the file.
        pages: of a PDF.
        unpacked: bytes of everything in a Word file together.
        ratio: how many times larger a part of a Word file may be than it is packed.
        passages: in a reading.
        seconds: wall time, and time of the processor.
        memory: bytes of address space.
        output: bytes of the reading as JSON.
    """

    size: int = 100 * _MEGABYTE
    pages: int = 1_000
    unpacked: int = 200 * _MEGABYTE
    ratio: int = 200
    passages: int = 100_000
    seconds: int = 55
    memory: int = 1_000 * _MEGABYTE
    output: int = 50 * _MEGABYTE


def hold_to(limits: Limits) -> None:
    """Bind this process, and all it starts, to the limits; there is no way back."""
    for what, limit in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, limits.output),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(what, (bound, bound))
