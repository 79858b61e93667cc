"""Saying no to a request, in words, and counting it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from assistant.web.texts import language_of, text

Count = Callable[[str], None]
"""Told the reason of every refusal."""


class Reason(StrEnum):
    """Why a request is refused; ``prompts/web.toml`` has a text ``refused_<reason>`` for each."""

    NOT_LOGGED_IN = "not_logged_in"
    NOT_ALLOWED = "not_allowed"
    TOO_LARGE = "too_large"
    SESSION = "session"
    ADDRESS = "address"


_STATUS = {Reason.NOT_LOGGED_IN: 401, Reason.NOT_ALLOWED: 403, Reason.TOO_LARGE: 413, Reason.SESSION: 429, Reason.ADDRESS: 429}


def ignore(_: str) -> None:
    """Count nothing."""


@dataclass(frozen=True)
class Refusals:
    """Answers refused requests.

    Attributes:
        language: when the browser wants none of ours.
        count: told the reason of each.
    """

    language: str = "nl"
    count: Count = ignore

    async def send(
        self,
        reason: Reason,
        scope: Scope,
        receive: Receive,
        send: Send,
        seconds: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answer with the reason's status and its text.

        Args:
            seconds: after which the request may be repeated; 0 when repeating does not help.
            headers: further ones.
        """
        self.count(reason)
        # Log lines of this request show the reason.
        scope.setdefault("state", {})["refused"] = str(reason)
        words = text(f"refused_{reason}", language_of(scope, self.language), seconds=seconds)
        # Gradio's page shows ``detail`` to the person who asked.
        body: dict[str, object] = {"detail": words, "code": str(reason)}
        extra = {"Cache-Control": "no-store", **(headers or {})}
        if seconds:
            body["retry_after"] = seconds
            extra["Retry-After"] = str(seconds)
        await JSONResponse(body, status_code=_STATUS[reason], headers=extra)(scope, receive, send)
