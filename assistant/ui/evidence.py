"""What a person sees of an answer: the text with clickable markers, and the evidence behind each marker.

Everything from outside (questions, units, sources) is escaped here, at one place, before it becomes HTML or Markdown.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from assistant.answer import Answer, Citation
from assistant.ui.texts import texts

if TYPE_CHECKING:
    from assistant.service import Assistant
    from corpus.publication import Publication
    from corpus.sources import Source
    from corpus.unit import Unit

_MARKDOWN = re.compile(r"[^\w\s,?]")


def plain(text: str) -> str:
    """Text that Markdown shows as it is: no link, image, tag or emphasis can come of it."""
    # As entities, so that addresses are not made into links either.
    return _MARKDOWN.sub(lambda match: f"&#{ord(match[0])};", text).replace("_", "&#95;")


def answer_markdown(answer: Answer, turn: int, language: str) -> str:
    """What the page shows of an answer: how it is covered, notices, the text with each marker as a link to its evidence.

    ``turn`` keeps the addresses of several answers apart.
    """
    words = texts(language)
    marked = re.sub(r" ?\[(\d+)\](?!\()", lambda m: f" [\\[{m[1]}\\]](#{_anchor(turn, int(m[1]))})", answer.answer)
    notice = f"*{words['masked']}*\n\n" if answer.masked else ""
    # Addresses of units are relative, so that they hold under a sub-path.
    return f"**{words[f'status_{answer.status}']}**\n\n{notice}{marked}".replace("](/?unit=", "](?unit=")


def evidence_html(answer: Answer, turn: int, assistant: Assistant, language: str) -> str:
    """The evidence panel for one answer."""
    words = texts(language)
    if not answer.citations:
        return f"<p>{html.escape(words['evidence_no_citations'])}</p>"
    return "\n".join(_entry(citation, turn, assistant, language) for citation in answer.citations)


def _anchor(turn: int, marker: int) -> str:
    return f"bewijs-{turn}-{marker}"


def _entry(citation: Citation, turn: int, assistant: Assistant, language: str) -> str:
    words = texts(language)
    unit = assistant.unit(citation.locator)
    publication = assistant.index.corpus.publication_of(unit)
    notes = "".join(footnote_html(f"{unit.publication}:{note}", assistant, language) for note in unit.footnotes)
    own = assistant.source(citation.locator)
    text = _unit_text(unit, citation.quote)
    quote = f'<blockquote class="evidence-text" lang="{publication.language}" tabindex="0">{text}</blockquote>'
    parts = [
        f'<section class="evidence-entry" id="{_anchor(turn, citation.marker)}">',
        f"<h3>[{citation.marker}] {html.escape(citation.label)}</h3>",
        f'<p class="evidence-page">{html.escape(words["page"].format(page=citation.page))} · '
        f'<span lang="{publication.language}">{html.escape(unit.title)}</span></p>',
        quote,
        _actions(citation, publication, language),
        source_html(own, language) if own else _link(citation.url, words["in_publication"]),
        f"<h4>{html.escape(words['footnotes'])}</h4>{notes}" if notes else "",
        "</section>",
    ]
    return "".join(parts)


def copied_text(citation: Citation, publication: Publication, language: str) -> str:
    """What is copied into a memo: the quote, its place, publication, address, and that an AI system gave it."""
    facts = {"title": publication.title, "publisher": publication.data["publisher"], "year": publication.year}
    return texts(language)["copy_text"].format(quote=citation.quote, label=citation.label, url=citation.url or "", **facts)


def _actions(citation: Citation, publication: Publication, language: str) -> str:
    words = texts(language)
    copied = html.escape(copied_text(citation, publication, language), quote=True)
    return (
        f'<p class="evidence-actions"><button type="button" class="copy" data-copy="{copied}">{html.escape(words["copy"])}'
        "</button> "
        f'<a href="?unit={citation.unit}">{html.escape(words["in_text"])}</a></p>'
    )


def _unit_text(unit: Unit, quote: str) -> str:
    """The whole unit with the quote marked; paragraphs and list lines as HTML."""
    before, found, after = unit.text.partition(quote)
    marked = html.escape(before) + (f"<mark>{html.escape(found)}</mark>" if found else "") + html.escape(after)
    paragraphs = marked.replace("\n\n", "</p><p>").replace("\n", "<br>")
    return f"<p>{paragraphs}</p>"


def footnote_html(locator: str, assistant: Assistant, language: str) -> str:
    """A footnote with what is known of its source."""
    note, source = assistant.unit(locator), assistant.source(locator)
    label, text = html.escape(assistant.label(locator, language)), html.escape(note.text)
    described = source_html(source, language) if source else ""
    return f'<div class="evidence-note"><p><strong>{label}</strong><br>{text}</p>{described}</div>'


def source_html(source: Source, language: str) -> str:
    """What is known of a source, with its first link."""
    words = texts(language)
    facts = [", ".join(source.authors), source.title, source.publisher or "", str(source.year or "")]
    described = html.escape(" · ".join(fact for fact in facts if fact))
    note = f"<br><em>{html.escape(source.note)}</em>" if source.note else ""
    link = _link(source.links[0] if source.links else None, words["open_source"])
    return f'<p class="evidence-source">{html.escape(words["source"])}: {described}{note}</p>{link}'


def _link(url: str | None, words: str) -> str:
    if not url or not url.startswith(("https://", "http://")):
        return ""
    return f'<p><a href="{html.escape(url, quote=True)}" target="_blank" rel="noopener noreferrer">{html.escape(words)}</a></p>'
