"""The process that reads: no network, no other programs, limits that hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
from corpus.readers.limits import Limits, hold_to
from corpus.readers.sandbox import _shut_network
hold_to(Limits(memory=400_000_000, output=1_000))
_shut_network()
{code}
"""
FORBIDDEN = {
    "a socket": ("import socket; socket.socket()", "PermissionError"),
    "a program": ("import subprocess; subprocess.run(['true'])", "PermissionError"),
    "a shell": ("import os; os.system('true')", "PermissionError"),
    "a fork": ("import os; os.fork()", "PermissionError"),
    "an address": ("import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')", "PermissionError"),
    "memory": ("bytearray(600_000_000)", "MemoryError"),
    "files": ("files = [open('/dev/null') for _ in range(100)]", "Too many open files"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_sandbox_does_not_let_out(what: str) -> None:
    code, error = FORBIDDEN[what]
    run = subprocess.run([sys.executable, "-c", PROGRAM.format(code=code)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode != 0
    assert error in run.stderr.splitlines()[-1]


def test_a_large_file_cannot_be_written(tmp_path: Path) -> None:
    code = f"stream = open({str(tmp_path / 'out')!r}, 'wb'); stream.write(bytes(5_000)); stream.close()"
    run = subprocess.run([sys.executable, "-c", PROGRAM.format(code=code)], capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode != 0
    assert (tmp_path / "out").stat().st_size <= 1_000
