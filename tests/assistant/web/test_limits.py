"""Limits against a real server: a body is refused before it is read, a room of people is not, one visitor is."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from hypothesis import given
from hypothesis import strategies as st

from assistant.web.limits import BodyLimit, Limits, RateLimit, TokenBuckets
from assistant.web.metrics import Metrics
from assistant.web.refusal import Refusals
from assistant.web.wiring import Guard, protect

JOIN = "/gradio_api/queue/join"
LARGE = 20_000_000
Serve = Callable[..., str]


class Clock:
    """Seconds that only pass when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def small_app() -> tuple[FastAPI, list[int]]:
    """An application that answers like Gradio's queue; the list tells how large the bodies were that it got."""
    app = FastAPI()
    sizes: list[int] = []

    @app.post(JOIN)
    @app.post("/gradio_api/run/{name}")
    @app.post("/gradio_api/cancel")
    async def join(request: Request) -> dict[str, Any]:
        sizes.append(len(await request.body()))
        return {"event_id": "1"}

    @app.get("/gradio_api/queue/data")
    async def data() -> StreamingResponse:
        async def pieces() -> AsyncIterator[str]:
            import anyio

            for number in range(3):
                yield f"data: {number}\n\n"
                await anyio.sleep(0.3)

        return StreamingResponse(pieces(), media_type="text/event-stream")

    return app, sizes


def guarded(limits: Limits | None = None, **options: Any) -> tuple[FastAPI, list[int], Metrics]:
    app, sizes = small_app()
    metrics = Metrics()
    protect(app, Guard(metrics, Refusals(count=metrics.refused), limits or Limits(), **options))
    return app, sizes, metrics


def ask(client: httpx.Client, session: str | None = "s", function: int = 1, path: str = JOIN) -> httpx.Response:
    return client.post(path, json={"data": ["Wat is gender?"], "fn_index": function, "session_hash": session})


def speak(address: str, head: str) -> socket.socket:
    where = urlsplit(address)
    connection = socket.create_connection((where.hostname, where.port), timeout=10)
    connection.sendall(head.replace("\n", "\r\n").encode())
    return connection


def test_a_declared_large_body_is_refused_before_any_of_it_is_sent(serve: Serve) -> None:
    app, sizes, _ = guarded()
    head = f"POST {JOIN} HTTP/1.1\nHost: x\nContent-Type: application/json\nContent-Length: {LARGE}\n"
    for extra in ("", "Expect: 100-continue\n"):
        with speak(serve(app), f"{head}{extra}\n") as connection:
            answer = connection.recv(65536)
            while part := connection.recv(65536):
                answer += part
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"te groot" in answer
    assert sizes == []


def test_a_large_body_of_unknown_length_is_refused_while_it_comes(serve: Serve) -> None:
    app, sizes, metrics = guarded()
    head = f"POST {JOIN} HTTP/1.1\nHost: x\nContent-Type: application/json\nTransfer-Encoding: chunked\n\n"
    sent = 0
    with speak(serve(app), head) as connection:
        piece = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        connection.setblocking(False)
        answer = b""
        while sent < LARGE and not answer:
            try:
                answer = connection.recv(65536)
            except BlockingIOError:
                try:
                    sent += connection.send(piece)  # a piece may be cut off: it is only bytes to the counter
                except BlockingIOError:
                    time.sleep(0.01)
            except ConnectionResetError:
                break
    assert sent < LARGE / 2
    assert sizes == []
    assert b'wegwijzer_refused_total{reason="too_large"} 1.0' in metrics.text()


def test_who_sends_all_of_it_at_once_reads_why_it_was_refused(serve: Serve) -> None:
    app, sizes, _ = guarded()
    address = serve(app)
    for content in (b"a" * LARGE, iter([b"a" * 100_000] * 200)):
        refused = httpx.post(f"{address}{JOIN}", content=content)
        assert refused.status_code == 413 and refused.json()["code"] == "too_large"
    assert sizes == []


def test_a_visitor_who_goes_on_sending_is_cut_off(serve: Serve) -> None:
    app, _, _ = guarded()
    head = f"POST {JOIN} HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n"
    begun = time.monotonic()
    with speak(serve(app), head) as connection, pytest.raises(OSError, match=r"reset|Broken pipe"):
        while time.monotonic() - begun < 20:
            connection.sendall(b"100000\r\n" + b"a" * 0x100000 + b"\r\n")
            time.sleep(0.1)
    assert time.monotonic() - begun < 8


def test_what_fits_comes_through_whole(serve: Serve) -> None:
    app, sizes, _ = guarded(Limits(body_bytes=100_000))
    with httpx.Client(base_url=serve(app)) as client:
        assert client.post(JOIN, content=b"a" * 100_000).status_code == 200
        assert client.post(JOIN, content=iter([b"a" * 50_000, b"b" * 50_000])).status_code == 200
        assert client.post(JOIN, content=b"a" * 100_001).status_code == 413
        assert client.post(JOIN, content=iter([b"a" * 50_000, b"b" * 50_001])).status_code == 413
        assert client.get("/gradio_api/queue/data").status_code == 200
    assert sizes == [100_000, 100_000]


def test_forty_people_behind_one_address_are_not_hindered(serve: Serve) -> None:
    app, _, _ = guarded()
    with httpx.Client(base_url=serve(app)) as client:
        statuses = [ask(client, f"person{person}").status_code for _ in range(6) for person in range(40)]
    assert set(statuses) == {200}


def test_one_visitor_is_asked_to_wait_and_the_others_are_not(serve: Serve) -> None:
    app, _, metrics = guarded(Limits(questions_per_minute_per_session=3))
    with httpx.Client(base_url=serve(app)) as client:
        assert [ask(client, "eager").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        refused = ask(client, "eager")
        assert 1 <= int(refused.headers["retry-after"]) <= 20
        assert refused.json()["retry_after"] == int(refused.headers["retry-after"])
        assert f"Wacht {refused.headers['retry-after']} seconden" in refused.json()["detail"]
        assert ask(client, "other").status_code == 200
        english = client.post(JOIN, json={"session_hash": "eager"}, headers={"Accept-Language": "en-GB,en;q=0.9,nl;q=0.1"})
        assert "Wait" in english.json()["detail"]
    assert b'wegwijzer_refused_total{reason="session"} 4.0' in metrics.text()


def test_many_sessions_of_one_address_share_a_limit(serve: Serve) -> None:
    app, _, _ = guarded(Limits(questions_per_minute_per_address=10))
    with httpx.Client(base_url=serve(app)) as client:
        statuses = [ask(client, f"made-up-{number}").status_code for number in range(14)]
    assert statuses == [200] * 10 + [429] * 4


def test_a_search_in_the_guidance_counts_as_a_question(serve: Serve) -> None:
    app, _, _ = guarded(Limits(questions_per_minute_per_address=3))
    with httpx.Client(base_url=serve(app)) as client:
        found = [client.get("/", params={"zoek": f"woord {number}"}).status_code for number in range(4)]
        assert found == [404] * 3 + [429]  # the small application has no such page; what matters is who is let through
        assert client.get("/", params={"unit": "zoek"}).status_code == 404
        assert ask(client).status_code == 429


def test_a_body_without_a_session_counts_for_its_address(serve: Serve) -> None:
    app, _, _ = guarded(Limits(questions_per_minute_per_session=3))
    bodies: list[bytes] = [
        b"",
        b"not json",
        b"[" * 200_000,
        b'{"session_hash": 5}',
        b'{"session_hash": "' + b"x" * 65 + b'"}',
        b"\xff",
    ]
    with httpx.Client(base_url=serve(app)) as client:
        assert [client.post(JOIN, content=body).status_code for body in bodies] == [200] * 3 + [429] * 3


def test_other_buttons_are_no_questions(serve: Serve) -> None:
    app, _, _ = guarded(Limits(questions_per_minute_per_session=2, actions_per_minute_per_address=8), questions={1})
    with httpx.Client(base_url=serve(app)) as client:
        assert [ask(client, function=7).status_code for _ in range(5)] == [200] * 5
        assert [ask(client, function=1).status_code for _ in range(3)] == [200, 200, 429]
        # Here the path names the function, so the one in the body is not believed.
        assert ask(client, function=7, path="/gradio_api/run/answer").status_code == 429
        assert [client.post("/gradio_api/cancel").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_a_proxy_tells_the_address_only_when_it_is_trusted(serve: Serve) -> None:
    def statuses(**options: Any) -> list[int]:
        app, _, _ = guarded(Limits(questions_per_minute_per_address=1))
        with httpx.Client(base_url=serve(app, **options)) as client:
            return [
                client.post(JOIN, json={}, headers={"X-Forwarded-For": f"198.51.100.{number}"}).status_code for number in range(3)
            ]

    assert statuses() == [200, 429, 429]
    assert statuses(proxy_headers=True, forwarded_allow_ips="127.0.0.1") == [200, 200, 200]
    assert statuses(proxy_headers=True, forwarded_allow_ips="192.0.2.1") == [200, 429, 429]


def test_under_a_sub_path_the_limits_hold(serve: Serve) -> None:
    app, _, _ = guarded(Limits(questions_per_minute_per_session=1))
    with httpx.Client(base_url=serve(app, root_path="/wegwijzer")) as client:  # a proxy has taken the sub-path off
        assert [ask(client).status_code for _ in range(2)] == [200, 429]


def test_a_stream_comes_piece_by_piece(serve: Serve) -> None:
    app, _, _ = guarded()
    with httpx.Client(base_url=serve(app)) as client, client.stream("GET", "/gradio_api/queue/data") as response:
        begun, moments = time.monotonic(), []
        for _ in response.iter_raw():
            moments.append(time.monotonic() - begun)
    assert len(moments) >= 3 and moments[0] < 0.25 and moments[-1] > 0.5


async def call(app: Any, client: tuple[str, int] | None, session: str = "s") -> int:
    """The status of a question from a client with this address."""
    body = json.dumps({"session_hash": session}).encode()
    scope = {"type": "http", "method": "POST", "path": JOIN, "client": client, "headers": [], "query_string": b""}
    status: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        status.extend([message["status"]] if message["type"] == "http.response.start" else [])

    await app(scope, receive, send)
    return status[0]


async def passes(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_addresses_are_told_apart() -> None:
    import anyio

    limit = RateLimit(passes, Limits(questions_per_minute_per_address=1), Refusals(), clock=Clock())
    addresses = ["10.0.0.1", "10.0.0.2", "::ffff:10.0.0.1", "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"]
    found = [anyio.run(call, limit, (address, 1), address) for address in addresses]
    assert found == [200, 200, 429, 200, 429, 200]
    assert anyio.run(call, limit, None, "socket") == 200


def test_a_visitor_who_leaves_is_not_answered() -> None:
    import anyio

    reached: list[object] = []

    async def app(*_: object) -> None:
        reached.append(1)

    async def run() -> None:
        messages = [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]

        async def receive() -> dict[str, Any]:
            return messages.pop(0)

        async def send(message: Any) -> None:
            reached.append(message)

        scope = {"type": "http", "method": "POST", "path": JOIN, "headers": [(b"transfer-encoding", b"chunked")]}
        await BodyLimit(app, 100, Refusals())(scope, receive, send)

    anyio.run(run)
    assert reached == []


def test_a_bucket_refills_evenly() -> None:
    clock = Clock()
    buckets = TokenBuckets(6, clock)
    assert [buckets.take("a") for _ in range(6)] == [0.0] * 6
    assert buckets.take("a") == pytest.approx(10)
    clock.now += 4
    assert buckets.take("a") == pytest.approx(6)
    clock.now += 6
    assert buckets.take("a") == 0.0
    clock.now += 3600
    assert [buckets.take("a") for _ in range(7)].count(0.0) == 6


@given(st.integers(1, 60), st.lists(st.floats(0, 30), max_size=200))
def test_never_more_than_a_bucket_and_what_has_run_in(per_minute: int, pauses: list[float]) -> None:
    clock = Clock()
    buckets = TokenBuckets(per_minute, clock)
    taken = 0
    for pause in pauses:
        clock.now += pause
        taken += buckets.take("a") == 0.0
    assert taken <= per_minute + (clock.now - 1000) * per_minute / 60 + 1e-6


def test_memory_is_bounded() -> None:
    buckets = TokenBuckets(5, Clock(), most=100)
    for number in range(1000):
        buckets.take(str(number))
    assert len(buckets) == 100


def test_zero_is_no_limit() -> None:
    buckets = TokenBuckets(0, Clock())
    assert {buckets.take("a") for _ in range(1000)} == {0.0}
