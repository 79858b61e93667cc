"""The login pages as plain HTML: no script, no style from elsewhere, usable with a keyboard and a screen reader."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from assistant.web.texts import LANGUAGES, text


@cache
def _template() -> Template:
    return Template((files("assistant.web") / "page.html").read_text(encoding="utf-8"))


def login_page(
    language: str, action: str, token: str, following: str, name: str = "", problem: str | None = None, status: int = 200
) -> HTMLResponse:
    """The form for name and password.

    Args:
        action: the address it is sent to; also that of the page in the other language.
        token: proves that the form came from this page.
        following: the path to go to afterwards.
        problem: what went wrong with the previous try; None at the first.
    """
    marks = ' aria-invalid="true" aria-describedby="problem"' if problem else ""
    other = next(each for each in LANGUAGES if each != language)
    switch = f"{action}?{urlencode({'next': following, 'lang': other})}"
    parts = [
        _problem(problem),
        _paragraph(text("login_intro", language)),
        f'<form method="post" action="{escape(action)}">',
        _hidden("token", token) + _hidden("next", following) + _hidden("lang", language),
        f'<label for="name">{escape(text("name", language))}</label>',
        f'<input id="name" name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none" spellcheck="false"'
        f' maxlength="64" required{marks}>',
        f'<label for="password">{escape(text("password", language))}</label>',
        f'<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required{marks}>',
        f"<button>{escape(text('login_button', language))}</button></form>",
        f'<p class="link"><a href="{escape(switch)}" lang="{other}" hreflang="{other}">'
        f"{escape(text('other_language', language))}</a></p>",
    ]
    return _page(language, text("login", language), parts, status)


def failed_page(language: str, problem: str, again: str, status: int) -> HTMLResponse:
    """Logging in elsewhere did not work; a link to try again."""
    return _page(language, text("login", language), [_problem(problem), _link(again, text("try_again", language))], status)


def logout_page(language: str, name: str, action: str, back: str) -> HTMLResponse:
    """Asks whether to log out: a link alone must not do it."""
    parts = [
        _paragraph(text("logout_intro", language, name=name)),
        f'<form method="post" action="{escape(action)}"><button>{escape(text("logout_button", language))}</button></form>',
        _link(back, text("logout_stay", language)),
    ]
    return _page(language, text("logout", language), parts)


def logged_out_page(language: str, login: str, provider: str | None) -> HTMLResponse:
    """Says that it worked. ``provider`` is the address that ends the session at the organisation as well; None without one."""
    parts = [_paragraph(text("logged_out_intro", language)), _link(login, text("login_again", language))]
    if provider:
        parts.append(_link(provider, text("logout_provider", language)))
    return _page(language, text("logged_out", language), parts)


def _page(language: str, heading: str, parts: list[str], status: int = 200) -> HTMLResponse:
    title = f"{heading} – {text('product', language)}"
    content = _template().substitute(language=language, title=escape(title), heading=escape(heading), content="\n".join(parts))
    return HTMLResponse(content, status, headers={"Cache-Control": "no-store"})


def _problem(words: str | None) -> str:
    return f'<p class="problem" id="problem" role="alert">{escape(words)}</p>' if words else ""


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>"


def _link(address: str, words: str) -> str:
    return f'<p class="link"><a href="{escape(address)}">{escape(words)}</a></p>'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'
