"""Log lines say what happened and never what was asked, by whom or from where."""

from __future__ import annotations

import io
import json
import logging
import time
import warnings
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from assistant.web.limits import Limits
from assistant.web.logs import configure_logs, note, request_id
from assistant.web.metrics import Metrics
from assistant.web.refusal import Refusals
from assistant.web.wiring import Guard, protect

Serve = Callable[..., str]
SECRET = "mijnbuurman"
pytestmark = pytest.mark.usefixtures("loggers")


@pytest.fixture
def stream() -> io.StringIO:
    made = io.StringIO()
    configure_logs("debug", made)
    return made


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def wait_for(stream: io.StringIO, count: int, **wanted: Any) -> list[dict[str, Any]]:
    """The lines with these values, when there are this many: a line follows on its response."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        found = [line for line in lines(stream) if wanted.items() <= line.items()]
        if len(found) >= count:
            return found
        time.sleep(0.01)
    raise AssertionError(stream.getvalue())


def requests(stream: io.StringIO, count: int) -> list[dict[str, Any]]:
    return wait_for(stream, count, event="request")


@pytest.fixture
def app(stream: io.StringIO) -> FastAPI:
    app = FastAPI()

    @app.get("/{path:path}")
    def page(path: str) -> dict[str, str | None]:
        return {"id": request_id.get()}

    @app.post("/gradio_api/queue/join")
    async def join(request: Request) -> JSONResponse:
        logging.getLogger("some.library").error("cannot parse %s", await request.body())
        raise ValueError(f"cannot answer {await request.body()!r}")

    metrics = Metrics()
    protect(app, Guard(metrics, Refusals(count=metrics.refused), Limits(questions_per_minute_per_session=2)))
    return app


@pytest.fixture
def address(app: FastAPI, serve: Serve) -> str:
    return serve(app)


def test_a_request_is_told_without_its_words(address: str, stream: io.StringIO) -> None:
    with httpx.Client(base_url=address) as client:
        headers = {"User-Agent": SECRET, "Referer": f"http://x/{SECRET}", "Cookie": SECRET}
        answer = client.get(f"/{SECRET}?q={SECRET}", headers=headers)
    (line,) = requests(stream, 1)
    assert line["route"] == "other" and line["status"] == 200 and line["method"] == "GET" and line["level"] == "info"
    assert line["duration_ms"] >= 0 and "T" in line["time"] and line["time"].endswith("+00:00")
    assert line["request_id"] == answer.headers["x-request-id"] == answer.json()["id"]
    assert SECRET not in stream.getvalue() and "127.0.0.1" not in stream.getvalue()


def test_a_failure_is_told_by_its_kind_and_place(address: str, stream: io.StringIO) -> None:
    assert httpx.post(f"{address}/gradio_api/queue/join", json={"data": [SECRET]}).status_code == 500
    (line,) = requests(stream, 1)
    (failed,) = wait_for(stream, 1, error="builtins.ValueError")
    assert any("test_logs.py" in frame and frame.endswith(" join") for frame in failed["trace"])
    assert (line["level"], line["status"], line["route"]) == ("error", 500, "question")
    library = next(line for line in lines(stream) if line.get("logger") == "some.library")
    assert library["where"].startswith("test_logs:")
    assert SECRET not in stream.getvalue()


def test_a_refused_client_has_a_mark_and_no_address(address: str, stream: io.StringIO) -> None:
    for _ in range(4):
        httpx.post(f"{address}/gradio_api/queue/join", json={"session_hash": "s"})
    found = requests(stream, 4)
    refused = [line for line in found if line["status"] == 429]
    assert {line["reason"] for line in refused} == {"session"}
    assert len({line["client"] for line in refused}) == 1 and len(refused[0]["client"]) == 8
    assert all("client" not in line for line in found if line["status"] != 429)
    assert "127.0.0.1" not in stream.getvalue()


def test_a_made_up_method_is_not_repeated(app: FastAPI, serve: Serve, stream: io.StringIO) -> None:
    with httpx.Client(base_url=serve(app, http="h11")) as client:  # the other parser refuses such a method itself
        client.request("MIJNBUURMAN", "/")
    assert requests(stream, 1)[0]["method"] == "other"
    assert SECRET.upper() not in stream.getvalue()


def test_checks_of_a_monitor_stay_out_of_the_usual_log(serve: Serve) -> None:
    usual = io.StringIO()
    configure_logs("info", usual)
    app = FastAPI()
    app.get("/healthz")(lambda: {"status": "ok"})
    metrics = Metrics()
    protect(app, Guard(metrics, Refusals()))
    with httpx.Client(base_url=serve(app)) as client:
        assert client.get("/healthz").status_code == client.get("/metrics").status_code == 200
        assert client.get("/").status_code == client.get("/metrics/none").status_code == 404
    assert [line["route"] for line in requests(usual, 2)] == ["page", "other"]


def test_the_server_says_that_it_starts(serve: Serve, stream: io.StringIO) -> None:
    serve(FastAPI())
    assert any("Application startup complete" in line.get("message", "") for line in lines(stream))


def test_warnings_are_told_without_their_words(stream: io.StringIO) -> None:
    warnings.warn(SECRET, stacklevel=1)
    assert lines(stream)[0]["logger"] == "py.warnings"
    assert SECRET not in stream.getvalue()


def test_a_library_that_sets_its_own_level_stays_silent(stream: io.StringIO) -> None:
    talkative = logging.getLogger("talkative")
    talkative.setLevel(logging.DEBUG)
    talkative.debug(SECRET)
    talkative.warning(SECRET)
    (line,) = lines(stream)
    assert line["level"] == "warning" and SECRET not in stream.getvalue()


def test_an_event_has_its_fields_and_no_other(stream: io.StringIO) -> None:
    note("answer", status="answered", language="nl", duration_ms=12.345, index_version="abc")
    (line,) = lines(stream)
    assert {name: line[name] for name in line if name != "time"} == {
        "level": "info", "event": "answer", "status": "answered", "language": "nl", "duration_ms": 12.3, "index_version": "abc",
    }  # fmt: skip
    with pytest.raises(TypeError):
        note("answer", question=SECRET)  # type: ignore[call-arg]


def test_a_level_is_kept(loggers: None) -> None:
    stream = io.StringIO()
    configure_logs("warning", stream)
    note("quiet")
    note("loud", level=logging.WARNING)
    assert [line["event"] for line in lines(stream)] == ["loud"]
