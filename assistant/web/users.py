"""Who may log in: a file with one ``name:role:hash`` a line, hashed with argon2id; and the pause after wrong passwords.

Lines that begin with ``#`` are comments. A line that is taken out ends that person's session at the next request.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import os
import re
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from corpus.errors import StoreError

Role = Literal["user", "maintainer"]
ROLES: tuple[Role, ...] = get_args(Role)
SHORTEST_PASSWORD = 12
_LONGEST = 1000
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


@dataclass(frozen=True)
class User:
    """Somebody who is logged in."""

    name: str
    role: Role

    @property
    def is_maintainer(self) -> bool:
        return self.role == "maintainer"


class Users:
    """The users file, read again whenever it has changed.

    Raises:
        StoreError: the file cannot be read, or a line of it is no user.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._hasher = PasswordHasher()
        # Compared with when the name does not exist, so that both take as long.
        self._nobody = self._hasher.hash(os.urandom(16).hex())
        self._seen: tuple[int, int, int] | None = None
        self._lines: dict[str, tuple[Role, str]] = {}
        self._read()

    def check(self, name: str, password: str) -> User | None:
        """The user with this name and password; None when there is no such pair. Takes some 50 ms either way."""
        role, stored = self._read().get(name.strip().lower(), ("user", self._nobody))
        try:
            self._hasher.verify(stored, password[: _LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return None
        return User(name.strip().lower(), role) if stored is not self._nobody else None

    def mark(self, name: str) -> str | None:
        """Changes when the password does, and tells nothing about it; None for an unknown name."""
        line = self._read().get(name)
        return hashlib.sha256(line[1].encode()).hexdigest()[:16] if line else None

    def find(self, name: str) -> User | None:
        """The user as the file has them now."""
        line = self._read().get(name)
        return User(name, line[0]) if line else None

    def _read(self) -> dict[str, tuple[Role, str]]:
        try:
            found = self._file.stat()
            state = (found.st_mtime_ns, found.st_size, found.st_ino)
            if state != self._seen:
                self._lines = _parse(self._file, self._file.read_text(encoding="utf-8"))
                self._seen = state
        except (OSError, ValueError) as error:
            raise StoreError("users-unreadable", file=self._file, reason=error) from error
        return self._lines


def add_user(file: Path, name: str, role: str, password: str) -> bool:
    """Add somebody to the users file, or give them this role and password; True when they are new.

    The file is replaced whole and only its owner may read it. It is made when it is not there.

    Raises:
        StoreError: the name, role or password cannot be used, or the file cannot be read or written.
    """
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise StoreError("user-name", name=name)
    if role not in ROLES:
        raise StoreError("user-role", role=role, known=", ".join(ROLES))
    if not SHORTEST_PASSWORD <= len(password) <= _LONGEST:
        raise StoreError("user-password", shortest=SHORTEST_PASSWORD, longest=_LONGEST)
    hashed = PasswordHasher().hash(password)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            old = file.read_text(encoding="utf-8") if file.exists() else ""
            known = name in _parse(file, old)
            kept = [line for line in old.splitlines() if line.partition(":")[0].strip() != name]
            _write_private(file, "\n".join([*kept, f"{name}:{role}:{hashed}"]) + "\n")
        finally:
            os.close(folder)  # which gives the lock back
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError("users-unreadable", file=file, reason=error) from error
    return not known


def _parse(file: Path, text: str) -> dict[str, tuple[Role, str]]:
    users: dict[str, tuple[Role, str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, rest = line.strip().partition(":")
        role, _, hashed = rest.partition(":")
        known = next((each for each in ROLES if each == role), None)
        if known is None or not _NAME.fullmatch(name) or not hashed.startswith("$argon2id$"):
            raise StoreError("users-line", file=file, number=number)
        users[name] = (known, hashed)
    return users


def _write_private(file: Path, content: str) -> None:
    # The mode of a temporary file is 0600.
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise


class Lockout:
    """A pause after repeated failures.

    Args:
        attempts: failures that are allowed within the pause's length.
        seconds: the length of the pause, counted from the last failure.
        most: keys to remember; beyond it the one that failed longest ago is forgotten.
    """

    def __init__(self, attempts: int, seconds: float, clock: Callable[[], float] = time.monotonic, most: int = 20_000) -> None:
        self._attempts, self._seconds, self._clock, self._most = attempts, seconds, clock, most
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, key: str) -> int:
        """Seconds until this key may try again; 0 when it may now."""
        count, last = self._failures.get(key, (0, 0.0))
        left = last + self._seconds - self._clock()
        return math.ceil(left) if count >= self._attempts and left > 0 else 0

    def failed(self, key: str) -> None:
        """Remember a failure; those older than the pause are forgotten."""
        now = self._clock()
        count, last = self._failures.pop(key, (0, now))
        self._failures[key] = (count + 1 if now - last < self._seconds else 1, now)
        if len(self._failures) > self._most:
            self._failures.popitem(last=False)

    def passed(self, key: str) -> None:
        """Forget the failures of a key that got in."""
        self._failures.pop(key, None)
