"""The users file: what is written, what is refused, and that it is read again."""

from __future__ import annotations

import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.web.users import Lockout, User, Users, add_user
from corpus.errors import StoreError

PASSWORD = "vier woorden op een rij"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "private" / "users"
    assert add_user(made, "Anna.Jansen@gemeente.example", "user", PASSWORD)
    return made


def test_a_password_is_kept_as_a_hash_that_only_the_owner_reads(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("anna.jansen@gemeente.example:user:$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in text
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(file.parent) == ["users"]


def test_the_right_password_and_no_other(file: Path) -> None:
    users = Users(file)
    anna = User("anna.jansen@gemeente.example", "user")
    assert users.check("anna.jansen@gemeente.example", PASSWORD) == anna
    assert users.check(" ANNA.Jansen@gemeente.example ", PASSWORD) == anna
    for name, password in [
        ("anna.jansen@gemeente.example", PASSWORD + " "),
        ("anna.jansen@gemeente.example", ""),
        ("anna.jansen@gemeente.example", "x" * 100_000),
        ("anna.jansen@gemeente.example", "\0"),
        ("nobody", PASSWORD),
        ("", ""),
    ]:
        assert users.check(name, password) is None


def test_a_change_is_seen_and_changes_the_mark(file: Path) -> None:
    users, name = Users(file), "anna.jansen@gemeente.example"
    before = users.mark(name)
    assert not add_user(file, name, "maintainer", "een heel ander wachtwoord")
    assert users.check(name, PASSWORD) is None
    assert users.check(name, "een heel ander wachtwoord") == User(name, "maintainer")
    assert users.mark(name) not in (before, None)
    file.write_text("# everybody has left\n", encoding="utf-8")
    assert users.find(name) is None and users.mark(name) is None


def test_others_and_comments_stay(file: Path) -> None:
    file.write_text("# the team\n\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    add_user(file, "bert", "maintainer", PASSWORD)
    add_user(file, "anna", "user", PASSWORD)
    users = Users(file)
    assert file.read_text(encoding="utf-8").startswith("# the team\n")
    assert [users.find(name) is not None for name in ("anna.jansen@gemeente.example", "bert", "anna")] == [True] * 3


def test_two_at_once_are_both_added(tmp_path: Path) -> None:
    file = tmp_path / "users"
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda number: add_user(file, f"user{number}", "user", PASSWORD), range(6)))
    users = Users(file)
    assert all(users.find(f"user{number}") for number in range(6))


@pytest.mark.parametrize(
    ("name", "role", "password", "code"),
    [
        ("a:b", "user", PASSWORD, "user-name"),
        ("", "user", PASSWORD, "user-name"),
        ("a\nroot:maintainer:x", "user", PASSWORD, "user-name"),
        ("x" * 65, "user", PASSWORD, "user-name"),
        ("#anna", "user", PASSWORD, "user-name"),
        ("anna", "admin", PASSWORD, "user-role"),
        ("anna", "user", "elf tekens.", "user-password"),
        ("anna", "user", "x" * 1001, "user-password"),
    ],
)
def test_what_cannot_be_a_user_is_refused(name: str, role: str, password: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        add_user(tmp_path / "users", name, role, password)
    assert error.value.code == code
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "line", ["anna", "anna:user:plain", "anna:boss:$argon2id$x", "Anna:user:$argon2id$x", "a b:user:$argon2id$x"]
)
def test_a_line_that_is_no_user_is_named(line: str, file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(StoreError) as error:
        Users(file)
    assert error.value.code == "users-line" and " 2 " in error.value.message
    assert "argon2id" not in str(error.value)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    for content in (None, b"\xff\xfe"):
        if content:
            (tmp_path / "users").write_bytes(content)
        with pytest.raises(StoreError) as error:
            Users(tmp_path / "users")
        assert error.value.code == "users-unreadable"


def test_an_unknown_name_takes_as_long_as_a_known_one(file: Path) -> None:
    users = Users(file)

    def took(name: str) -> float:
        begun = time.perf_counter()
        users.check(name, "a wrong password")
        return time.perf_counter() - begun

    pairs = [(took("anna.jansen@gemeente.example"), took("nobody")) for _ in range(7)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert unknown > known / 2


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_pause_follows_on_failures_and_ends() -> None:
    clock = Clock()
    lockout = Lockout(3, 60, clock)
    for _ in range(2):
        lockout.failed("a")
    assert lockout.wait("a") == 0
    lockout.failed("a")
    assert lockout.wait("a") == 60 and lockout.wait("b") == 0
    clock.now += 59.5
    assert lockout.wait("a") == 1
    clock.now += 0.5
    assert lockout.wait("a") == 0
    lockout.failed("a")
    assert lockout.wait("a") == 0  # the old failures are forgotten
    lockout.failed("a")
    lockout.failed("a")
    lockout.passed("a")
    assert lockout.wait("a") == 0


def test_what_a_pause_remembers_is_bounded() -> None:
    lockout = Lockout(1, 60, Clock(), most=10)
    for number in range(100):
        lockout.failed(str(number))
    assert [lockout.wait(str(number)) for number in (0, 89, 90, 99)] == [0, 0, 60, 60]
