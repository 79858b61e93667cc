"""The process in which a file is read: ``python -m corpus.readers.sandbox FILE LIMITS``, started by ``run.py``.

It holds itself to limits before it opens anything, has no network, and writes one JSON object to standard output:
``{"reading": …}`` or ``{"error": {"code", "values"}}``. Whatever else happens to it (a crash, a limit) is told by how it ends.

The network is shut off twice. An audit hook refuses every socket and every program that Python code would open, on any system;
on Linux a network namespace of its own, where the kernel grants one (it often does not inside a container), holds for native
code as well.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from corpus.errors import ReadingError
from corpus.readers.limits import Limits, hold_to

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG = 1
_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.system", "os.posix_spawn", "os.fork", "ftplib.", "urllib.")


def main() -> None:
    """Read the file named on the command line."""
    file, limits = Path(sys.argv[1]), Limits(**json.loads(sys.argv[2]))
    _die_with_parent()
    hold_to(limits)
    _shut_network()
    result: dict[str, Any]
    try:
        from corpus.readers.kind import read

        result = {"reading": read(file, limits).to_json()}
    except ReadingError as error:
        result = {"error": {"code": error.code, "values": error.values}}
    except MemoryError:
        result = {"error": {"code": "reading-memory", "values": {"file": file.name, "limit": limits.memory // 1_000_000}}}
    sys.stdout.write(json.dumps(result, default=str))
    sys.stdout.flush()


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _shut_network() -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        # Root may leave the network as it is; anybody else needs a user namespace to do so. Neither granted: the hook remains.
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)


if __name__ == "__main__":
    os.umask(0o077)
    main()
