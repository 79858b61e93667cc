"""Which kind of thing a request asks for. Logs and figures show this class, never the path: a path may hold words."""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Scope


class Route(StrEnum):
    """Classes of routes."""

    PAGE = "page"
    SEARCH = "search"
    QUESTION = "question"
    ACTION = "action"
    STREAM = "stream"
    ASSET = "asset"
    LOGIN = "login"
    HEALTH = "health"
    METRICS = "metrics"
    OTHER = "other"


JOIN = "/gradio_api/queue/join"
"""Where Gradio's page sends what was typed, and every other button as well: its body says which function is meant."""
HEALTH = ("/healthz", "/readyz")
METRICS = "/metrics"
LOGIN, CALLBACK, LOGOUT = "/login", "/login/callback", "/logout"

_OWN = {**dict.fromkeys(HEALTH, Route.HEALTH), METRICS: Route.METRICS, **dict.fromkeys((LOGIN, CALLBACK, LOGOUT), Route.LOGIN)}
_LANGUAGE = re.compile(r"/[a-z]{2}(?=/|$)")
"""The page in another language than the first stands under its code."""
_SEARCH = re.compile(r"(?:GET|HEAD) /$")
"""A search in the guidance: the page's address, with words to look for."""
_FOUND: tuple[tuple[Route, re.Pattern[str]], ...] = (
    (Route.PAGE, re.compile(r"GET /$")),
    # Gradio answers a function on all of these; the page itself only uses the first.
    (Route.QUESTION, re.compile(r"POST /gradio_api/(?:queue/join|run/|api/|call/)")),
    (Route.STREAM, re.compile(r"\w+ /gradio_api/(?:queue/data|heartbeat/|stream/)")),
    (
        Route.ASSET,
        re.compile(r"\w+ (?:/gradio_api)?/(?:assets/|static/|svelte/|theme\.css|favicon\.ico|manifest\.json|pwa_icon)"),
    ),
    (Route.ACTION, re.compile(r"POST ")),
)


def route_of(scope: Scope) -> Route:
    """The class of a request."""
    path = inner_path(scope)
    if path in _OWN:
        return _OWN[path]
    asked = f"{scope.get('method')} {page_path(path)}"
    if _SEARCH.match(asked) and parse_qs(scope.get("query_string", b"").decode("latin-1")).keys() & {"zoek"}:
        return Route.SEARCH
    return next((route for route, pattern in _FOUND if pattern.match(asked)), Route.OTHER)


def page_path(path: str) -> str:
    """A path without the language of the page that it belongs to.

    >>> page_path("/en/gradio_api/queue/join"), page_path("/en")
    ('/gradio_api/queue/join', '/')
    """
    return path[found.end() :] or "/" if (found := _LANGUAGE.match(path)) else path


def inner_path(scope: Scope) -> str:
    """The path as the application knows it: without the sub-path under which a proxy serves it."""
    path, root = str(scope["path"]), root_of(scope)
    if root and (path == root or path.startswith(f"{root}/")):
        path = path[len(root) :]
    return path or "/"


def root_of(scope: Scope) -> str:
    """The sub-path, such as ``/wegwijzer``; empty without one."""
    return str(scope.get("root_path", "")).rstrip("/")


def address_of(scope: Scope) -> str:
    """The client's address for counting; ``"-"`` when unknown (a Unix socket).

    A household or office has a whole /64 of IPv6 addresses, so they count as one.
    """
    client: Any = scope.get("client")
    if not client or not client[0]:
        return "-"
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def header(scope: Scope, name: bytes) -> str:
    """The first header of this lower-case name; empty when there is none."""
    return next((value.decode("latin-1") for key, value in scope.get("headers", ()) if key == name), "")
