"""``/metrics`` as Prometheus reads it, and who may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from assistant.web.limits import Limits
from assistant.web.metrics import Metrics
from assistant.web.refusal import Refusals
from assistant.web.wiring import Guard, protect

Serve = Callable[..., str]
SECRET = "mijnbuurman"


def read(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(text: str, name: str, **labels: str) -> float | None:
    return read(text).get((name, frozenset(labels.items())))


def server(serve: Serve, metrics: Metrics, **options: Any) -> httpx.Client:
    app = FastAPI()

    @app.post("/gradio_api/queue/join")
    def join() -> dict[str, str]:
        return {}

    @app.get("/broken")
    def broken() -> None:
        raise ValueError(SECRET)

    protect(app, Guard(metrics, Refusals(count=metrics.refused), Limits(questions_per_minute_per_session=2), **options))
    return httpx.Client(base_url=serve(app))


def test_everything_is_counted(serve: Serve) -> None:
    waiting, version = 3, {"version": "abc"}
    metrics = Metrics(lambda: waiting, lambda: version)
    metrics.answered("answered", "nl", 0.02)
    metrics.answered("answered", "nl", 2.0)
    metrics.answered("not_in_guidance", "en", 0.03)
    metrics.answered("off_topic", "fr", 0.03)
    with server(serve, metrics) as client:
        for _ in range(3):
            client.post("/gradio_api/queue/join", json={"session_hash": "s", "data": [SECRET]})
        client.get(f"/{SECRET}?q={SECRET}")
        # After a failure the server closes the connection.
        assert httpx.get(f"{client.base_url}/broken").status_code == 500
        response = client.get("/metrics")
    text = response.text
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert value(text, "wegwijzer_answers_total", status="answered", language="nl") == 2
    assert value(text, "wegwijzer_answers_total", status="off_topic", language="other") == 1
    assert value(text, "wegwijzer_answer_seconds_count") == 4
    assert value(text, "wegwijzer_answer_seconds_bucket", le="0.05") == 3
    assert value(text, "wegwijzer_requests_total", route="question", status="200") == 2
    assert value(text, "wegwijzer_requests_total", route="question", status="429") == 1
    assert value(text, "wegwijzer_requests_total", route="other", status="404") == 1
    assert value(text, "wegwijzer_requests_total", route="other", status="500") == 1
    assert value(text, "wegwijzer_refused_total", reason="session") == 1
    assert value(text, "wegwijzer_queue_length") == 3
    assert value(text, "wegwijzer_index_info", version="abc") == 1
    assert (value(text, "process_resident_memory_bytes") or 0) > 10_000_000
    assert SECRET not in text


def test_the_index_is_the_one_that_answers_now(serve: Serve) -> None:
    live: dict[str, str] = {}
    with server(serve, Metrics(index=lambda: live)) as client:
        assert "wegwijzer_index" not in client.get("/metrics").text
        live["version"] = "one"
        assert value(client.get("/metrics").text, "wegwijzer_index_info", version="one") == 1
        live["version"] = "two"
        text = client.get("/metrics").text
    assert value(text, "wegwijzer_index_info", version="two") == 1
    assert value(text, "wegwijzer_index_info", version="one") is None


def test_with_a_token_only_who_knows_it_may_look(serve: Serve) -> None:
    with server(serve, Metrics(), metrics_token="geheim-teken") as client:
        assert client.get("/metrics").status_code == 403
        assert client.get("/metrics", headers={"Authorization": "Bearer geheim-tekens"}).status_code == 403
        assert client.get("/metrics", headers={"Authorization": "Bearer geheim-teken"}).status_code == 200


def test_two_servers_count_apart(serve: Serve) -> None:
    one, other = Metrics(), Metrics()
    one.answered("answered", "nl", 1)
    assert value(other.text().decode(), "wegwijzer_answer_seconds_count") == 0
