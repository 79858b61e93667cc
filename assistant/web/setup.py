"""From settings to the pieces: what an installation set becomes limits, a door and a server's options."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any, Protocol

from assistant.backup import SESSION_SECRET
from assistant.secret import read_secret
from assistant.web.limits import Limits
from assistant.web.login import Door, PasswordDoor
from assistant.web.metrics import Metrics
from assistant.web.oidc import OpenIDConnect, Provider
from assistant.web.refusal import Refusals
from assistant.web.sessions import session_secret
from assistant.web.users import Users
from assistant.web.wiring import Access, Guard
from corpus.errors import StoreError
from index.versions import DataFolder


class WebSettings(Protocol):
    """The settings that these pieces read; ``assistant/settings.py`` has them, ``.env.example`` tells what they mean."""

    @property
    def data(self) -> DataFolder: ...
    @property
    def language(self) -> str: ...
    @property
    def root_path(self) -> str: ...
    @property
    def trusted_proxies(self) -> str: ...
    @property
    def stop_seconds(self) -> int: ...
    @property
    def questions_per_minute_per_address(self) -> int: ...
    @property
    def questions_per_minute_per_session(self) -> int: ...
    @property
    def actions_per_minute_per_address(self) -> int: ...
    @property
    def max_body_bytes(self) -> int: ...
    @property
    def metrics_token_file(self) -> Path | None: ...
    @property
    def users_file(self) -> Path | None: ...
    @property
    def session_secret_file(self) -> Path | None: ...
    @property
    def session_hours(self) -> float: ...
    @property
    def login_attempts(self) -> int: ...
    @property
    def login_pause_minutes(self) -> float: ...
    @property
    def public_url(self) -> str | None: ...
    @property
    def oidc_issuer(self) -> str | None: ...
    @property
    def oidc_client_id(self) -> str | None: ...
    @property
    def oidc_client_secret_file(self) -> Path | None: ...
    @property
    def oidc_role_claim(self) -> str | None: ...
    @property
    def oidc_user_value(self) -> str | None: ...
    @property
    def oidc_maintainer_value(self) -> str | None: ...


def guard_from(settings: WebSettings, metrics: Metrics, questions: Container[int] | None = None) -> Guard:
    """What to put around the application.

    Args:
        questions: see ``RateLimit``.

    Raises:
        StoreError: a file with users or a secret cannot be used, or the login settings contradict each other.
    """
    refusals = Refusals(settings.language, metrics.refused)
    limits = Limits(
        settings.questions_per_minute_per_address,
        settings.questions_per_minute_per_session,
        settings.actions_per_minute_per_address,
        settings.max_body_bytes,
    )
    token = read_secret(settings.metrics_token_file) if settings.metrics_token_file else None
    return Guard(metrics, refusals, limits, _access(settings, refusals), token, questions)


def server_options(settings: WebSettings) -> dict[str, Any]:
    """Options for ``uvicorn.run``: logs are ours, and a proxy's word on an address counts only when the proxy is trusted."""
    return {
        "root_path": settings.root_path,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies,
        "timeout_graceful_shutdown": settings.stop_seconds,
        "log_config": None,
        "access_log": False,
        "server_header": False,
    }


def _access(settings: WebSettings, refusals: Refusals) -> Access | None:
    door = _door(settings, refusals)
    if door is None:
        return None
    file = settings.session_secret_file or settings.data.path / SESSION_SECRET
    return Access(door, session_secret(file.expanduser()), settings.session_hours, settings.root_path)


def _door(settings: WebSettings, refusals: Refusals) -> Door | None:
    provider = _provider(settings)
    if provider and settings.users_file:
        raise StoreError("login-twice")
    if provider:
        return OpenIDConnect(provider, refusals)
    if settings.users_file:
        users = Users(settings.users_file.expanduser())
        return PasswordDoor(users, refusals, settings.login_attempts, settings.login_pause_minutes * 60)
    return None


def _provider(settings: WebSettings) -> Provider | None:
    issuer, client, file = settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret_file
    if not issuer and not client and not file:
        return None
    if not issuer or not client or not file:
        raise StoreError("oidc-incomplete")
    return Provider(
        issuer,
        client,
        read_secret(file),
        settings.public_url,
        settings.oidc_role_claim,
        settings.oidc_user_value,
        settings.oidc_maintainer_value,
    )
