"""Puts the pieces around the application, in the order that keeps each cheap:

    log and count  ->  size of the body  ->  session  ->  login  ->  rate of questions  ->  the application

A body that is too large is refused before anything looks at it; who is not logged in uses up nobody's questions.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Scope

from assistant.web.limits import BodyLimit, Limits, RateLimit
from assistant.web.login import Door, RequireLogin, logout_routes, user_of
from assistant.web.logs import LogRequests
from assistant.web.metrics import CountRequests, Metrics, MetricsPage
from assistant.web.refusal import Refusals
from assistant.web.routes import METRICS
from assistant.web.sessions import Ended, SignedSessions


@dataclass(frozen=True)
class Access:
    """Logging in.

    Attributes:
        door: where people come in.
        secret: signs the session cookie.
        hours: how long somebody stays logged in.
        path: the sub-path under which a proxy serves the application; empty without one.
    """

    door: Door
    secret: str
    hours: float = 12
    path: str = ""


@dataclass(frozen=True)
class Guard:
    """What stands around the application.

    Attributes:
        metrics: where things are counted.
        refusals: how refused requests are answered; let its ``count`` be ``metrics.refused``.
        access: None: everybody may come in.
        metrics_token: what a scraper sends as bearer token; None: ``/metrics`` is open, or to maintainers only with ``access``.
        questions: ids of Gradio's functions that answer a question, which may be filled in later; None: each one does.
        streamed: requests whose body the application takes in itself, with a limit of its own; None: there are none.
    """

    metrics: Metrics
    refusals: Refusals
    limits: Limits = field(default_factory=Limits)
    access: Access | None = None
    metrics_token: str | None = None
    questions: Container[int] | None = None
    streamed: Callable[[Scope], bool] | None = None


def protect(app: FastAPI, guard: Guard) -> None:
    """Put the pieces around an application and add their pages to it.

    Add what must be around these pieces as well, such as security headers, afterwards: the last one added stands outermost.
    """
    app.add_middleware(RateLimit, limits=guard.limits, refusals=guard.refusals, questions=guard.questions)
    if guard.access:
        _require_login(app, guard.access, guard.refusals)
    app.add_middleware(BodyLimit, limit=guard.limits.body_bytes, refusals=guard.refusals, streamed=guard.streamed)
    app.add_middleware(CountRequests, metrics=guard.metrics)
    app.add_middleware(LogRequests)
    page = MetricsPage(guard.metrics, guard.metrics_token, _may_see_metrics(guard), guard.refusals.language)
    _add_pages(app, [Route(METRICS, page.show, methods=["GET"])])


def _require_login(app: FastAPI, access: Access, refusals: Refusals) -> None:
    ended = Ended(access.hours)
    app.add_middleware(RequireLogin, door=access.door, ended=ended, refusals=refusals)
    app.add_middleware(SignedSessions, secret=access.secret, hours=access.hours, path=access.path)
    _add_pages(app, [*access.door.routes(), *logout_routes(access.door, ended, refusals.language)])


def _add_pages(app: FastAPI, pages: list[Route]) -> None:
    # In front: what is mounted at / would hide them.
    app.router.routes[:0] = pages


def _may_see_metrics(guard: Guard) -> Callable[[Request], bool]:
    def may(request: Request) -> bool:
        user = user_of(request.scope)
        return bool(user and user.is_maintainer) if guard.access else guard.metrics_token is None

    return may
