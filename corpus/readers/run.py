"""Reading a file in a process of its own. ``read_file`` is the only door to the readers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from corpus.errors import ReadingError
from corpus.readers.limits import Limits
from corpus.readers.reading import Reading

_TOLD = 4_000
"""Characters at the end of a failed process's messages that are looked at."""


def read_file(file: Path, limits: Limits | None = None) -> Reading:
    """Read a file, whatever it is, without risk to this process.

    Nothing is left behind: the answer comes through a file without a name, and the process dies with this one.

    Raises:
        ReadingError: it cannot be read, is not of a kind that is read, or takes more than the limits.
    """
    limits = limits or Limits()
    _check(file, limits)
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as messages:
        ended = _run([str(file.absolute()), json.dumps(asdict(limits))], file, limits, output, messages)
        told = _tail(messages)
        if ended != 0:
            raise _failure(ended, told, file, limits)
        output.seek(0)
        return _result(output.read(limits.output + 1), file)


def _check(file: Path, limits: Limits) -> None:
    try:
        size = file.stat().st_size
        regular = file.is_file()
        if regular:
            file.open("rb").close()
    except OSError as error:
        raise ReadingError("reading-unreadable", file=file.name, reason=error.strerror) from error
    if not regular:
        raise ReadingError("reading-no-file", file=file.name)
    if size == 0:
        raise ReadingError("reading-empty", file=file.name)
    if size > limits.size:
        raise ReadingError("reading-large", file=file.name, size=size // 1_000_000, limit=limits.size // 1_000_000)


def _run(arguments: list[str], file: Path, limits: Limits, output: IO[bytes], messages: IO[bytes]) -> int:
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LC_ALL": "C.UTF-8"}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    # The folder of the code may be where this process was started, which stands in sys.path as "".
    environment["PYTHONPATH"] += os.pathsep + str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "corpus.readers.sandbox", *arguments]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=output, stderr=messages, env=environment, cwd="/", start_new_session=True
    )
    try:
        return process.wait(timeout=limits.seconds)
    except subprocess.TimeoutExpired as error:
        raise ReadingError("reading-time", file=file.name, seconds=limits.seconds) from error
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _tail(messages: IO[bytes]) -> str:
    messages.seek(0, os.SEEK_END)
    messages.seek(max(0, messages.tell() - _TOLD))
    lines = messages.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _failure(ended: int, told: str, file: Path, limits: Limits) -> ReadingError:
    if ended == -signal.SIGXCPU:
        return ReadingError("reading-time", file=file.name, seconds=limits.seconds)
    if ended == -signal.SIGKILL or "MemoryError" in told:
        return ReadingError("reading-memory", file=file.name, limit=limits.memory // 1_000_000)
    if ended == -signal.SIGXFSZ or "File too large" in told:
        return ReadingError("reading-output", file=file.name, limit=limits.output // 1_000_000)
    reason = told or (signal.Signals(-ended).name if ended < 0 else str(ended))
    return ReadingError("reading-failed", file=file.name, reason=reason[:200])


def _result(written: bytes, file: Path) -> Reading:
    try:
        result: dict[str, Any] = json.loads(written)
        if "error" in result:
            raise ReadingError(result["error"]["code"], **result["error"]["values"])
        return Reading.from_json(result["reading"])
    except (ValueError, KeyError, TypeError) as error:
        raise ReadingError("reading-failed", file=file.name, reason=str(error)[:200]) from error
