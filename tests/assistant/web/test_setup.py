"""From settings to a guarded server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from assistant.web.login import PasswordDoor
from assistant.web.metrics import Metrics
from assistant.web.oidc import OpenIDConnect
from assistant.web.setup import guard_from, server_options
from assistant.web.users import add_user
from assistant.web.wiring import protect
from corpus.errors import StoreError
from index.versions import DataFolder

Serve = Callable[..., str]
JOIN = "/gradio_api/queue/join"


@dataclass(frozen=True)
class Given:
    """Settings as an installation has them, with the defaults that are meant for them."""

    data: DataFolder
    language: str = "nl"
    root_path: str = ""
    trusted_proxies: str = ""
    stop_seconds: int = 10
    questions_per_minute_per_address: int = 240
    questions_per_minute_per_session: int = 20
    actions_per_minute_per_address: int = 1200
    max_body_bytes: int = 1_000_000
    metrics_token_file: Path | None = None
    users_file: Path | None = None
    session_secret_file: Path | None = None
    session_hours: float = 12
    login_attempts: int = 5
    login_pause_minutes: float = 15
    public_url: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret_file: Path | None = None
    oidc_role_claim: str | None = None
    oidc_user_value: str | None = None
    oidc_maintainer_value: str | None = None


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(DataFolder(tmp_path / "data"))


def file(folder: Path, name: str, content: str) -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def test_without_settings_everybody_may_come_in(given: Given, serve: Serve) -> None:
    app = FastAPI()
    app.post(JOIN)(lambda: {})
    protect(app, guard_from(given, Metrics()))
    with httpx.Client(base_url=serve(app, **server_options(given))) as client:
        assert client.get("/metrics").status_code == 200
        statuses = [
            client.post(JOIN, json={"session_hash": "s"}, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
            for n in range(21)
        ]
        assert statuses == [200] * 20 + [429]
        assert "server" not in client.get("/metrics").headers
    assert not given.data.path.exists()


def test_a_users_file_brings_the_login_and_a_secret_in_the_data_folder(given: Given, serve: Serve, tmp_path: Path) -> None:
    add_user(tmp_path / "users", "anna", "user", "vier woorden op een rij")
    chosen = replace(
        given, users_file=tmp_path / "users", root_path="/wegwijzer", metrics_token_file=file(tmp_path, "t", "geheim\n")
    )
    guard = guard_from(chosen, Metrics())
    assert guard.access and isinstance(guard.access.door, PasswordDoor)
    assert guard.access.secret == (given.data.path / "session.key").read_text()
    app = FastAPI()
    protect(app, guard)
    with httpx.Client(base_url=serve(app, **server_options(chosen)), headers={"Accept": "text/html"}) as client:
        assert client.get("/").headers["location"].startswith("/wegwijzer/login?")
        assert client.get("/metrics").status_code == 403
        assert client.get("/metrics", headers={"Authorization": "Bearer geheim"}).status_code == 200


def test_openid_connect_needs_its_three_settings(given: Given, tmp_path: Path) -> None:
    secret = file(tmp_path, "secret", "geheim")
    whole = replace(given, oidc_issuer="https://login.example", oidc_client_id="w", oidc_client_secret_file=secret)
    guard = guard_from(whole, Metrics())
    assert guard.access and isinstance(guard.access.door, OpenIDConnect)
    halves = [replace(whole, **{name: None}) for name in ("oidc_issuer", "oidc_client_id", "oidc_client_secret_file")]
    for half in halves:
        with pytest.raises(StoreError) as error:
            guard_from(half, Metrics())
        assert error.value.code == "oidc-incomplete"


def test_what_cannot_be_meant_is_refused(given: Given, tmp_path: Path) -> None:
    add_user(tmp_path / "users", "anna", "user", "vier woorden op een rij")
    secret = file(tmp_path, "secret", "geheim")
    oidc = {"oidc_issuer": "https://login.example", "oidc_client_id": "w", "oidc_client_secret_file": secret}
    wrong = {
        "login-twice": replace(given, users_file=tmp_path / "users", **oidc),
        "secret-empty": replace(given, metrics_token_file=file(tmp_path, "empty", "\n")),
        "secret-unreadable": replace(given, metrics_token_file=tmp_path / "none"),
        "users-unreadable": replace(given, users_file=tmp_path / "none"),
        "secret-short": replace(given, users_file=tmp_path / "users", session_secret_file=secret),
    }
    for code, chosen in wrong.items():
        with pytest.raises(StoreError) as error:
            guard_from(chosen, Metrics())
        assert error.value.code == code
