"""The class of a request, with and without a sub-path and on the page of either language."""

from __future__ import annotations

import pytest

from assistant.web.routes import Route, route_of


@pytest.mark.parametrize("root", ["", "/wegwijzer"])
@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", Route.PAGE),
        ("POST", "/gradio_api/queue/join", Route.QUESTION),
        ("POST", "/gradio_api/run/predict", Route.QUESTION),
        ("POST", "/gradio_api/call/v2/answer", Route.QUESTION),
        ("POST", "/gradio_api/api/answer", Route.QUESTION),
        ("POST", "/gradio_api/cancel", Route.ACTION),
        ("GET", "/gradio_api/queue/data", Route.STREAM),
        ("GET", "/gradio_api/heartbeat/abc", Route.STREAM),
        ("GET", "/assets/index.js", Route.ASSET),
        ("GET", "/theme.css", Route.ASSET),
        ("GET", "/gradio_api/theme.css", Route.ASSET),
        ("GET", "/config", Route.OTHER),
    ],
)
def test_the_class_of_a_request(method: str, path: str, expected: Route, language: str, root: str) -> None:
    assert route_of({"method": method, "path": root + language + path, "root_path": root}) == expected


@pytest.mark.parametrize(("query", "expected"), [(b"zoek=a", Route.SEARCH), (b"zoek=", Route.PAGE), (b"unit=zoek", Route.PAGE)])
def test_a_search_is_no_page(query: bytes, expected: Route) -> None:
    assert route_of({"method": "GET", "path": "/en", "query_string": query}) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/healthz", Route.HEALTH),
        ("/readyz", Route.HEALTH),
        ("/metrics", Route.METRICS),
        ("/login", Route.LOGIN),
        ("/login/callback", Route.LOGIN),
        ("/logout", Route.LOGIN),
        ("/en", Route.PAGE),
        ("/en/healthz", Route.OTHER),
        ("/english", Route.OTHER),
        ("/healthz/", Route.OTHER),
    ],
)
def test_paths_of_our_own_are_exact(path: str, expected: Route) -> None:
    assert route_of({"method": "GET", "path": path}) == expected
