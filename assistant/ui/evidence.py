"""What a person sees of an answer: the text with clickable markers, and the evidence behind each marker.

Everything from outside (questions, units, sources) is escaped here, at one place, before it becomes HTML or Markdown.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from assistant.answer import Answer, Citation, Trace
from assistant.ui.texts import texts

if TYPE_CHECKING:
    from assistant.service import Assistant
    from corpus.publication import Publication
    from corpus.sources import Source
    from corpus.unit import Unit

# Everything else of an answer is somebody's words: a publication's, or the question's that is repeated.
_OURS = re.compile(
    r" ?\[(?P<marker>\d+)\](?!\()|\[(?P<label>[^\[\]]*)\]\(/\?unit=(?P<unit>[a-z0-9:-]+)\)|(?m:^- )?\*\*[\w .-]+\*\*"
)
_BESIDE = re.compile(r"(?P<lead>\s*)(?P<words>.*?)(?P<tail>(?: \([^()]*\d{4}\))?\s*)")
"""A line of a quote, with the year that dates it outside the quote."""
_MARKDOWN = re.compile(r"[^\w\s,?]")


def plain(text: str) -> str:
    """Text that Markdown shows as it is: no link, image, tag or emphasis can come of it."""
    # As entities, so that addresses are not made into links either.
    return _MARKDOWN.sub(lambda match: f"&#{ord(match[0])};", text).replace("_", "&#95;")


def answer_markdown(answer: Answer, turn: int, language: str, unfinished: bool = False) -> str:
    """What the page shows of an answer: how it is covered, notices, the text with each marker as a link to its evidence.

    Args:
        turn: keeps the addresses of several answers apart.
        unfinished: whether a model is still writing it.
    """
    words = texts(language)
    parts, position = [], 0
    cited = {citation.marker: citation for citation in answer.citations}
    for match in _OURS.finditer(answer.answer):
        said = answer.answer[position : match.start()]
        quoted = cited.get(int(match["marker"])) if match["marker"] else None
        parts += [_spoken(said, quoted, language) if quoted else plain(said), _shown(match, turn)]
        position = match.end()
    said = "".join(parts) + plain(answer.answer[position:])
    notices = "".join(f"*{notice}*\n\n" for notice in _notices(answer, words))
    wrote = "" if unfinished or answer.trace is None else f"\n\n*{_wrote(answer.trace, words)}*"
    return f"**{words[f'status_{answer.status}']}**\n\n{notices}{said}{wrote}"


def _spoken(said: str, quoted: Citation, language: str) -> str:
    """What stands before a marker; the quote's own words are marked with their language where the page has another one."""
    if quoted.language in ("", language):
        return plain(said)
    lines = []
    for line in said.split("\n"):
        words = _BESIDE.fullmatch(line)
        if words and words["words"] and words["words"] in quoted.quote:
            own = f'<span lang="{html.escape(quoted.language)}">{plain(words["words"])}</span>'
            lines.append(plain(words["lead"]) + own + plain(words["tail"]))
        else:
            lines.append(plain(line))
    return "\n".join(lines)


def _notices(answer: Answer, words: dict[str, str]) -> list[str]:
    """What to know beside an answer: the question was masked or read with an earlier one, a source's text is not there."""
    notices = [words["masked"]] if answer.masked else []
    if answer.followed and answer.standalone_question != answer.question:
        notices.append(words["read_as"].format(question=plain(answer.standalone_question)))
    if answer.not_loaded:
        notices.append(words["not_loaded"].format(sources=plain(", ".join(answer.not_loaded))))
    return notices


def _wrote(trace: Trace, words: dict[str, str]) -> str:
    """Which model wrote an answer, or that it did not."""
    return words["not_written" if trace.failure else "written_by"].format(model=plain(trace.model))


def _shown(match: re.Match[str], turn: int) -> str:
    """Our own Markdown: a marker becomes a link to its evidence, the address of a unit one that holds under a sub-path."""
    if match["marker"]:
        return f" [\\[{match['marker']}\\]](#{_anchor(turn, int(match['marker']))})"
    return f"[{plain(match['label'])}](?unit={match['unit']})" if match["unit"] else match[0]


def evidence_html(answer: Answer, turn: int, assistant: Assistant, language: str) -> str:
    """The evidence panel for one answer: each cited unit once, with every quote marked in it."""
    words = texts(language)
    if not answer.citations:
        return f"<p>{html.escape(words['evidence_no_citations'])}</p>"
    cited: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        cited.setdefault(citation.locator, []).append(citation)
    return "\n".join(_entry(citations, turn, assistant, language) for citations in cited.values())


def _anchor(turn: int, marker: int) -> str:
    return f"bewijs-{turn}-{marker}"


def _entry(citations: list[Citation], turn: int, assistant: Assistant, language: str) -> str:
    """One unit: its label, the whole text with the quotes, what can be done with each, footnotes and sources."""
    words, first = texts(language), citations[0]
    unit = assistant.unit(first.locator)
    publication = assistant.publication_of(unit)
    notes = "".join(footnote_html(f"{unit.publication}:{note}", assistant, language) for note in unit.footnotes)
    own = assistant.source(first.locator)
    markers = " ".join(f"[{citation.marker}]" for citation in citations)
    parts = [
        '<section class="evidence-entry">',
        f"<h3>{markers} {html.escape(first.label)}</h3>",
        f'<p class="evidence-page">{_book(publication, assistant)}'
        f"{html.escape(words['page'].format(page=first.page) + ' · ' if first.page else '')}"
        f'<span lang="{publication.language}">{html.escape(unit.title)}</span></p>',
        f'<blockquote class="evidence-text" lang="{publication.language}" tabindex="0">',
        f"{_unit_text(unit, citations, turn)}</blockquote>",
        _actions(citations, publication, language),
        source_html(own, language) if own else _link(first.url, words["in_publication"]),
        f"<h4>{html.escape(words['footnotes'])}</h4>{notes}" if notes else "",
        "</section>",
    ]
    return "".join(parts)


def _book(publication: Publication, assistant: Assistant) -> str:
    """The name of a publication where there are several, for two of them may have a place of the same label."""
    if len(assistant.publications()) == 1:
        return ""
    return f'<span lang="{publication.language}">{html.escape(str(publication.data["short_title"]))}</span> · '


def copied_text(citation: Citation, publication: Publication, language: str) -> str:
    """What is copied into a memo: the quote, its place, publication, address, and that an AI system gave it."""
    facts = {"title": publication.title, "publisher": publication.data["publisher"], "year": publication.year}
    return texts(language)["copy_text"].format(quote=citation.quote, label=citation.label, url=citation.url or "", **facts)


def _actions(citations: list[Citation], publication: Publication, language: str) -> str:
    words, parts = texts(language), []
    for citation in citations:
        copied = html.escape(copied_text(citation, publication, language))
        name = html.escape(f"{words['copy']} [{citation.marker}]")
        # Gradio's cleaning leaves no data attribute, so the text stands beside the button, unseen.
        parts.append(f'<span><button type="button" class="copy">{name}</button><span class="copied">{copied}</span></span>')
    # The whole address: when another edition answers, it still leads to this one.
    parts.append(f'<a href="?unit={citations[0].locator}">{html.escape(words["in_text"])}</a>')
    return f'<p class="evidence-actions">{" ".join(parts)}</p>'


def _unit_text(unit: Unit, citations: list[Citation], turn: int) -> str:
    """The whole unit with the quotes marked, each with its number; paragraphs and list lines as HTML."""
    parts, position = [], 0
    for citation in sorted(citations, key=lambda each: unit.text.find(each.quote)):
        start = unit.text.find(citation.quote, position)
        if start < 0:  # the same words again: the first place has been marked
            continue
        end = start + len(citation.quote)
        marked = html.escape(unit.text[start:end])
        parts.append(html.escape(unit.text[position:start]))
        parts.append(f'<mark id="{_anchor(turn, citation.marker)}">{marked}</mark><sup>[{citation.marker}]</sup>')
        position = end
    text = "".join(parts) + html.escape(unit.text[position:])
    # A quote that is a list runs over lines, never over paragraphs.
    return f"<p>{text}</p>".replace("\n\n", "</p><p>").replace("\n", "<br>")


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
