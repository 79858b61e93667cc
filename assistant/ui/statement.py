"""The pages about privacy and accessibility, from ``prompts/statements/``."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from assistant.ui.texts import texts

STATEMENTS = ("privacy", "accessibility")


@cache
def statement_page(name: str, language: str, model: str | None = None, address: str | None = None, *, gaps: bool = False) -> str:
    """A statement as an HTML page.

    Args:
        name: one of ``STATEMENTS``.
        model: that writes the answers; None where none does.
        address: of its server; None for the provider's own.
        gaps: whether unanswered questions are kept.
    """
    source = (files("prompts") / "statements" / f"{name}.{language}.md").read_text(encoding="utf-8")
    words = texts(language)
    where = words["privacy_model"].format(model=model, address=address or words["privacy_provider"])
    source = source.replace("{elsewhere}", where if model else words["privacy_local"])
    source = source.replace("{stored}", words["privacy_stored" if gaps else "privacy_not_stored"])
    source = source.replace("{gaps}", f"\n- {words['privacy_gaps']}" if gaps else "")
    body = markdown_html(source)
    template = Template((files("assistant.ui") / "statement.html").read_text(encoding="utf-8"))
    return template.substitute(language=language, title=escape(words[f"to_{name}"]), to_chat=escape(words["to_chat"]), body=body)


def markdown_html(source: str) -> str:
    """Our own Markdown as HTML; a tag in it stays text."""
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark", {"html": False}).render(source))
