"""Figures for Prometheus: counts and times, never a word of a question.

A registry of its own, so that a library that registers something elsewhere shows nothing here.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.web.routes import route_of
from assistant.web.texts import LANGUAGES, language_of, text

# Seconds. An extractive answer takes about 0.02, one by a language model several.
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """What is counted.

    Args:
        queue_length: how many questions wait now; asked at each scrape.
        index: labels and values that say which index answers now, such as ``{"version": …}``; asked at each scrape.
    """

    def __init__(self, queue_length: Callable[[], int] = lambda: 0, index: Callable[[], dict[str, str]] = lambda: {}) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._answers = Counter("wegwijzer_answers", "Answers given.", ["status", "language"], registry=self.registry)
        self._seconds = Histogram("wegwijzer_answer_seconds", "Time to answer.", buckets=_BUCKETS, registry=self.registry)
        self._requests = Counter("wegwijzer_requests", "Requests.", ["route", "status"], registry=self.registry)
        self._refused = Counter("wegwijzer_refused", "Requests refused.", ["reason"], registry=self.registry)
        self._model = Counter("wegwijzer_model_answers", "Turns that went to a model.", ["outcome"], registry=self.registry)
        self._sentences = Counter("wegwijzer_model_sentences", "Sentences of a model.", ["fate"], registry=self.registry)
        queue = Gauge("wegwijzer_queue_length", "Questions that wait.", registry=self.registry)
        queue.set_function(queue_length)
        self.registry.register(_Index(index))

    def answered(self, status: str, language: str, seconds: float) -> None:
        """Count an answer.

        Args:
            status: an ``AnswerStatus``.
            language: one we have no texts for counts as ``other``, so that labels stay few.
            seconds: from question to answer.
        """
        self._answers.labels(str(status), language if language in LANGUAGES else "other").inc()
        self._seconds.observe(seconds)

    def modelled(self, outcome: str, shown: int, dropped: int) -> None:
        """Count a turn that went to a model.

        Args:
            outcome: ``written``, or why the literal sentences stand, as one word.
            shown, dropped: sentences of it.
        """
        self._model.labels(outcome).inc()
        self._sentences.labels("shown").inc(shown)
        self._sentences.labels("dropped").inc(dropped)

    def requested(self, route: str, status: int) -> None:
        """Count a request by its class of route and status code."""
        self._requests.labels(route, str(status)).inc()

    def refused(self, reason: str) -> None:
        """Count a refused request or login."""
        self._refused.labels(reason).inc()

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)


class CountRequests:
    """Counts every request by the class of its route and the status it got."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # when the application fails before it answers

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        route = route_of(scope)
        try:
            await self._app(scope, receive, watch)
        finally:
            self._metrics.requested(str(route), status)


class MetricsPage:
    """The endpoint ``/metrics``.

    Args:
        token: what a scraper must send as ``Authorization: Bearer``; None: no token opens it.
        open_to: says whether a request without the token may see it.
        language: of the refusal, when the browser wants none of ours.
    """

    def __init__(self, metrics: Metrics, token: str | None, open_to: Callable[[Request], bool], language: str = "nl") -> None:
        self._metrics, self._token, self._open_to, self._language = metrics, token, open_to, language

    async def show(self, request: Request) -> Response:
        """The figures, or a refusal."""
        if not self._knows_token(request) and not self._open_to(request):
            words = text("refused_not_allowed", language_of(request.scope, self._language))
            return JSONResponse({"detail": words}, status_code=403)
        return Response(self._metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    def _knows_token(self, request: Request) -> bool:
        sent = request.headers.get("authorization", "")
        return self._token is not None and hmac.compare_digest(sent.encode(), f"Bearer {self._token}".encode())


class _Index(Collector):
    """Which index answers, asked when somebody wants to know: it may change while the server runs."""

    def __init__(self, index: Callable[[], dict[str, str]]) -> None:
        self._index = index

    def collect(self) -> Iterable[Metric]:
        found = self._index()
        if found:
            yield InfoMetricFamily("wegwijzer_index", "The index that answers.", value=found)

    def describe(self) -> Iterable[Metric]:
        # Without this the registry would ask for the index before there is one.
        return []
