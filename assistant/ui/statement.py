"""The pages about privacy and accessibility, from ``prompts/statements/``."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from assistant.ui.texts import texts

STATEMENTS = ("privacy", "accessibility")


@cache
def statement_page(name: str, language: str) -> str:
    """A statement as an HTML page; ``name`` is one of ``STATEMENTS``."""
    from markdown_it import MarkdownIt

    source = (files("prompts") / "statements" / f"{name}.{language}.md").read_text(encoding="utf-8")
    body = MarkdownIt("commonmark", {"html": False}).render(source)
    words = texts(language)
    template = Template((files("assistant.ui") / "statement.html").read_text(encoding="utf-8"))
    return template.substitute(language=language, title=escape(words[f"to_{name}"]), to_chat=escape(words["to_chat"]), body=body)
