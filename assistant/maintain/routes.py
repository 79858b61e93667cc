"""The addresses of the maintainer's pages. Every form is checked before anything is done, and answered with another address."""

from __future__ import annotations

import re
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from assistant.feedback import FeedbackStore
from assistant.gaps import GapStore
from assistant.maintain import shelf
from assistant.maintain.door import Door
from assistant.maintain.frame import Frame, base_path, paragraph
from assistant.maintain.heard import feedback_page, gaps_page
from assistant.maintain.jobs import Desk
from assistant.maintain.overview import overview
from assistant.maintain.progress import state_of
from assistant.maintain.reading import comparison_page, diff_page, report_page
from assistant.maintain.upload import Form, UploadError, receive_form
from assistant.settings import Settings
from assistant.ui.texts import LANGUAGES
from assistant.web.routes import root_of
from corpus.errors import LocatorError, StoreError, WegwijzerError

if TYPE_CHECKING:
    from assistant.service import Assistant

UPLOADS = ".uploads"
"""Folder in the data folder where files lie until they have been read; hidden, so no backup holds it."""
_SAYABLE = ("discarded", "rolled_back")
_MEGA = 1_000_000
Page = Callable[[Frame, Mapping[str, str]], str]
Act = Callable[[Frame, Mapping[str, str]], str]
"""Does what a form asks; gives the address below these pages to go to."""


class FormError(Exception):
    """A form that is not filled in as it should; ``key`` is a text of ``prompts/maintain.toml``."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True)
class Maintenance:
    """What the pages work with."""

    assistant: Assistant
    settings: Settings
    door: Door
    desk: Desk

    def application(self) -> ASGIApp:
        """The pages in every language."""
        pages: dict[str, Page] = {
            "": self._overview, "/report": self._report, "/diff": self._diff, "/comparison": self._comparison,
            "/publish": self._publish_form, "/discard": self._discard_form, "/feedback": self._feedback, "/gaps": self._gaps,
        }  # fmt: skip
        acts: dict[str, Act] = {
            "/build": self._build, "/compare": self._compare, "/publish": self._publish,
            "/rollback": self._rollback, "/discard": self._discard,
        }  # fmt: skip
        routes: list[Route] = []
        for language in LANGUAGES:
            base = base_path(language, self.settings.language)
            routes += [Route(base + path, partial(self._show, page, language), methods=["GET"]) for path, page in pages.items()]
            routes += [Route(base + path, partial(self._act, act, language), methods=["POST"]) for path, act in acts.items()]
            routes.append(Route(f"{base}/upload", partial(self._upload, language), methods=["POST"]))
            routes.append(Route(f"{base}/job.json", partial(self._state, language), methods=["GET"]))
            routes.append(Route(f"{base}/watch.js", _script, methods=["GET"]))
        return Starlette(routes=routes)

    def _frame(self, request: Request, language: str) -> Frame:
        return Frame(language, self.settings.language, root_of(request.scope), self.door.token(request.scope))

    async def _show(self, page: Page, language: str, request: Request) -> Response:
        frame = self._frame(request, language)
        return await _answered(frame, anyio.to_thread.run_sync(page, frame, dict(request.query_params)))

    async def _act(self, act: Act, language: str, request: Request) -> Response:
        frame = self._frame(request, language)
        if not self.door.is_from_here(request.scope):
            return _refused(frame, "form_expired", 403)
        fields = {name: str(value) for name, value in (await request.form()).items()}
        if not self.door.knows(request.scope, fields.get("token", "")):
            return _refused(frame, "form_expired", 403)
        return await _answered(frame, anyio.to_thread.run_sync(act, frame, fields), sent=True)

    async def _upload(self, language: str, request: Request) -> Response:
        """The file is received before the token can be read; who sends it was let in as a maintainer."""
        frame, limit = self._frame(request, language), self.settings.maintain_upload_bytes
        if not self.door.is_from_here(request.scope):
            return _refused(frame, "form_expired", 403)
        try:
            form = await receive_form(request, self.settings.data.path / UPLOADS, limit)
        except UploadError as error:
            values = {"size": limit // _MEGA or 1} if error.reason == "large" else {}
            return _refused(frame, f"upload_{error.reason}", 413 if values else 400, **values)
        except StoreError as error:
            return _failed(frame, error)
        if not self.door.knows(request.scope, form.fields.get("token", "")):
            _remove(form.file)
            return _refused(frame, "form_expired", 403)
        return await _answered(frame, anyio.to_thread.run_sync(self._read, form), sent=True)

    async def _state(self, language: str, request: Request) -> Response:
        state = state_of(self._frame(request, language), self.desk.last)
        return JSONResponse(state, headers={"Cache-Control": "no-store"})

    def _read(self, form: Form) -> str:
        try:
            self.desk.start("read", _ordered(form), partial(_remove, form.file))
        except (FormError, StoreError):
            _remove(form.file)
            raise
        return ""

    def _build(self, frame: Frame, fields: Mapping[str, str]) -> str:
        self.desk.start("build", {})
        return ""

    def _compare(self, frame: Frame, fields: Mapping[str, str]) -> str:
        self.desk.start("compare", {"before": self._version(fields, "before"), "after": self._version(fields, "after")})
        return ""

    def _publish(self, frame: Frame, fields: Mapping[str, str]) -> str:
        reason = " ".join(fields.get("reason", "").split())[:1000]
        self.desk.start("publish", {"version": self._version(fields, "version"), "reason": reason})
        return ""

    def _rollback(self, frame: Frame, fields: Mapping[str, str]) -> str:
        return "?" + urlencode({"said": "rolled_back", "about": self.settings.data.rollback()})

    def _discard(self, frame: Frame, fields: Mapping[str, str]) -> str:
        publication, data = fields.get("id", ""), self.settings.data
        if not shelf.is_added(data, publication):
            raise FormError("not_found")
        if shelf.is_live(data, publication):
            raise FormError("discard_refused", publication=publication)
        shelf.discard(data, publication)
        return "?" + urlencode({"said": "discarded", "about": publication})

    def _overview(self, frame: Frame, query: Mapping[str, str]) -> str:
        said, about = query.get("said", ""), query.get("about", "")
        known = said in _SAYABLE and re.fullmatch(r"[a-z0-9-]{1,80}", about)
        words = frame.words(said, publication=about, version=about) if known else ""
        return overview(frame, self.settings, shelf.look(self.settings.data), self.desk.last, words)

    def _report(self, frame: Frame, query: Mapping[str, str]) -> str:
        publication = query.get("id", "")
        return report_page(frame, publication, shelf.report_of(self.settings.data, publication))

    def _diff(self, frame: Frame, query: Mapping[str, str]) -> str:
        from index.content import read_publications
        from index.diff import compare_publications

        before, after = (self._version(query, side) for side in ("before", "after"))
        old, new = (read_publications(self.settings.data.folder(version)) for version in (before, after))
        return diff_page(frame, before, after, compare_publications(old, new))

    def _comparison(self, frame: Frame, query: Mapping[str, str]) -> str:
        job = self.desk.last_of("compare")
        asked = {side: query.get(side, "") for side in ("before", "after")}
        if job is None or job.result is None or dict(job.values) != asked:
            raise FormError("not_found")
        return comparison_page(frame, job.result)

    def _publish_form(self, frame: Frame, query: Mapping[str, str]) -> str:
        version, job = self._version(query, "version"), self.desk.last_of("publish")
        missed = job is not None and job.code == "gate-failed" and job.values["version"] == version
        refused = paragraph(f"{frame.words('publish_refused')} {job.message}", bad=True) if job and missed else ""
        intro = frame.words("publish_intro" if self.settings.data.live() else "publish_first")
        body = frame.fill("publish.html", {"refused": refused}, intro=intro, version=version)
        return frame.page(frame.words("publish_title", version=version), body, "/publish", urlencode({"version": version}))

    def _discard_form(self, frame: Frame, query: Mapping[str, str]) -> str:
        publication = query.get("id", "")
        if not shelf.is_added(self.settings.data, publication):
            raise FormError("not_found")
        words = {key: frame.words(key, publication=publication) for key in ("discard_title", "discard_intro", "discard_button")}
        body = paragraph(words["discard_intro"]) + frame.button("/discard", words["discard_button"], id=publication)
        return frame.page(words["discard_title"], body, "/discard", urlencode({"id": publication}))

    def _feedback(self, frame: Frame, query: Mapping[str, str]) -> str:
        return feedback_page(frame, FeedbackStore(self.settings.data.feedback).all())

    def _gaps(self, frame: Frame, query: Mapping[str, str]) -> str:
        with self.assistant.reading() as index:
            groups = GapStore(self.settings.data.gaps).groups(index)
        return gaps_page(frame, self.settings.question_gaps, groups, partial(self._label, frame.language))

    def _label(self, language: str, unit: str) -> str:
        try:
            return self.assistant.label(unit, language)
        except LocatorError:
            return unit  # it has gone since

    def _version(self, fields: Mapping[str, str], name: str) -> str:
        version = fields.get(name, "")
        if version not in self.settings.data.ids():
            raise StoreError("version-unknown", version=version, folder=self.settings.data.path)
        return version


async def _answered(frame: Frame, doing: Awaitable[str], sent: bool = False) -> Response:
    """A page, or after a form (``sent``) the way to one; what went wrong, in words."""
    try:
        done = await doing
    except FormError as error:
        return _refused(frame, error.key, 404 if error.key == "not_found" else 400, **error.values)
    except WegwijzerError as error:
        return _failed(frame, error)
    if sent:
        return RedirectResponse(frame.base + done, 303, {"Cache-Control": "no-store"})
    return _html(done)


def _refused(frame: Frame, key: str, status: int, **values: object) -> Response:
    return _html(frame.page(frame.words("not_done"), paragraph(frame.words(key, **values), bad=True)), status)


def _failed(frame: Frame, error: WegwijzerError) -> Response:
    body = paragraph(error.message, bad=True) + paragraph(frame.words("what_to_do", hint=error.hint))
    return _html(frame.page(frame.words("not_done"), body), 400)


def _html(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status, {"Cache-Control": "no-store"})


async def _script(_: Request) -> Response:
    return Response((files("assistant.maintain") / "watch.js").read_text(encoding="utf-8"), media_type="text/javascript")


def _ordered(form: Form) -> dict[str, str | int]:
    """What a form asks to read."""
    fields = {name: " ".join(value.split()) for name, value in form.fields.items()}
    address = fields.get("address", "")
    if bool(form.file) == bool(address):
        raise FormError("form_source")
    if not all(fields.get(name) for name in ("id", "title", "publisher")):
        raise FormError("form_missing")
    if not re.fullmatch(r"[12]\d{3}", fields.get("year", "")):
        raise FormError("form_year")
    kept = {name: fields[name][:2000] for name in ("id", "title", "publisher")}
    where: dict[str, str | int] = {"source": str(form.file or address), "address": int(bool(address))}
    return {**kept, **where, "year": int(fields["year"]), "replaces": fields.get("replaces", "")}


def _remove(file: Path | None) -> None:
    if file:
        shutil.rmtree(file.parent, ignore_errors=True)
