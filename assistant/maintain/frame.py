"""The frame and the small parts of the maintainer's pages: words, tables, forms with one button.

Everything that goes in is escaped here, but for what is called ``html``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlencode

from assistant.maintain.door import PATH
from assistant.ui.texts import other_language

_LINKS = {"": "to_overview", "/feedback": "to_feedback", "/gaps": "to_gaps"}


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("prompts") / "maintain.toml").read_text(encoding="utf-8"))


@cache
def _template(name: str) -> Template:
    return Template((files("assistant.maintain") / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Frame:
    """What every page of one request shares.

    Attributes:
        default: language of the first address, ``/maintain``; the other one stands under its code.
        root: the sub-path under which a proxy serves the application; empty without one.
        token: goes into every form.
    """

    language: str
    default: str
    root: str
    token: str

    @property
    def base(self) -> str:
        """The address of these pages in this language."""
        return self._base(self.language)

    def _base(self, language: str) -> str:
        return self.root + base_path(language, self.default)

    def words(self, key: str, **values: object) -> str:
        """A text of ``prompts/maintain.toml``, filled in; not escaped."""
        return _texts()[self.language][key].format(**values)

    def fill(self, name: str, html: dict[str, str] | None = None, **values: str) -> str:
        """A template beside this file: ``html`` goes in as it is, ``values`` and texts of the same name are escaped."""
        known = {key: escape(text) for key, text in _texts()[self.language].items()}
        known |= {"token": self.token, "base": escape(self.base), "language": self.language}
        return _template(name).substitute(known | {key: escape(value) for key, value in values.items()} | (html or {}))

    def page(self, heading: str, html: str, here: str = "?", query: str = "") -> str:
        """A whole page.

        Args:
            here: its address below ``base``; ``?`` when it is the answer to a form and has none.
            query: of that address.
        """
        other = other_language(self.language)
        links = [self._link(path, key, path == here) for path, key in _LINKS.items()]
        links.append(f'<a href="{escape(self._chat())}">{escape(self.words("to_chat"))}</a>')
        target = self._base(other) + ("" if here == "?" else here) + (f"?{query}" if query else "")
        script = f'<script src="{escape(self.base)}/watch.js" defer></script>'
        parts = {"body": html, "links": "".join(links), "script": script}
        return self.fill(
            "page.html", parts, title=f"{heading} – {self.words('name')}", heading=heading, other=other, other_href=target
        )

    def _chat(self) -> str:
        return f"{self.root}/" if self.language == self.default else f"{self.root}/{self.language}/"

    def _link(self, path: str, key: str, current: bool) -> str:
        mark = ' aria-current="page"' if current else ""
        return f'<a href="{escape(self.base + path)}"{mark}>{escape(self.words(key))}</a>'

    def link(self, path: str, words: str, about: str = "", **query: str) -> str:
        """A link to one of these pages; ``about`` tells links with the same words apart for a screen reader."""
        address = self.base + path + (f"?{urlencode(query)}" if query else "")
        return f'<a href="{escape(address)}">{escape(words)}{_voiced(about)}</a>'

    def button(self, path: str, words: str, about: str = "", plain: bool = False, **values: str) -> str:
        """A form that is one button; ``about`` tells buttons with the same words apart for a screen reader."""
        hidden = "".join(f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in values.items())
        look = ' class="plain"' if plain else ""
        return (
            f'<form method="post" action="{escape(self.base + path)}"><input type="hidden" name="token" value="{self.token}">'
            f"{hidden}<button{look}>{escape(words)}{_voiced(about)}</button></form>"
        )

    def table(self, caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        """A table that scrolls by itself; the cells of ``rows`` are HTML, the first of each is its heading."""
        head = "".join(f'<th scope="col">{escape(self.words(column))}</th>' for column in columns)
        body = "".join(f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows)
        told = escape(self.words(caption))
        return (
            f'<div class="wide" tabindex="0" role="region" aria-label="{told}"><table><caption>{told}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )


def _voiced(about: str) -> str:
    return f'<span class="voice"> {escape(about)}</span>' if about else ""


def moment(time: str) -> str:
    """A time in ISO 8601 as people read it, to the minute; escaped."""
    return escape(time[:16].replace("T", " "))


def base_path(language: str, default: str) -> str:
    """The path of these pages in a language, without a proxy's sub-path."""
    return PATH if language == default else f"/{language}{PATH}"


def paragraph(words: str, *, bad: bool = False) -> str:
    """A paragraph; a bad one says that something failed."""
    return f'<p class="box bad" role="alert">{escape(words)}</p>' if bad else f"<p>{escape(words)}</p>"
