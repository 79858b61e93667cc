"""The layout of the page: what stands where. ``actions.py`` holds what its buttons do.

Gradio's own ``js=`` would need ``unsafe-eval``; ``page.js`` reads what it needs from the hidden boxes ``signal`` and ``file``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.ui.actions import RELATED, STARTERS, Chat
from assistant.ui.evidence import plain
from assistant.ui.live import Live
from assistant.ui.texts import other_language, texts

if TYPE_CHECKING:
    from assistant.settings import Settings

CONCURRENCY = 16
ASKING = "ask"
"""Name of the queue in which questions wait."""


@dataclass(frozen=True)
class Parts:
    """The components that events read and write; ``stop`` is None where no model writes."""

    chat: Any
    question: Any
    publication: Any
    send: Any
    clear: Any
    stop: Any
    starters: list[Any]
    related: list[Any]
    related_group: Any
    evidence: Any
    verdicts: dict[str, Any]
    comment: Any
    thanks: Any
    forms: dict[str, Any]
    file: Any
    signal: Any
    again: Any
    again_button: Any


def build_page(chat: Chat, settings: Settings) -> Any:
    """The Blocks of the chat page in one language."""
    words = texts(chat.language)
    with gr.Blocks(title=words["title"], analytics_enabled=False, fill_width=True) as page:
        _head(words, chat)
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=3, elem_id="conversation"):
                conversation = _conversation(words, settings, chat)
                starters, related, related_group = _questions(words, chat)
            with gr.Column(scale=2, elem_id="evidence-column"):
                gr.Markdown(f"## {words['evidence']}")
                evidence = gr.Markdown(words["evidence_none"], elem_id="evidence")
                rating, files = _rating(words), _files(words)
                _kept(words)
        hidden = {name: gr.Textbox(visible="hidden", elem_id=name, show_label=False) for name in ("file", "signal", "again")}
        again_button = gr.Button(visible="hidden", elem_id="again-button")
        parts = Parts(
            **conversation,
            starters=starters,
            related=related,
            related_group=related_group,
            evidence=evidence,
            **rating,
            forms=files,
            **hidden,
            again_button=again_button,
        )
        _wire(page, chat, parts, words)
    return page


def question_ids(page: Any) -> set[int]:
    """Numbers of a page's functions that answer a question, as its requests name them."""
    return {number for number, function in page.fns.items() if function.concurrency_id == ASKING}


def _head(words: dict[str, str], chat: Chat) -> None:
    other = other_language(chat.language)
    links = [
        f"[{words['to_guidance']}](?unit=)",
        f"[{words['to_privacy']}](privacy)",
        f"[{words['to_accessibility']}](accessibility)",
        f"[{words['language_switch']}]({'../?lang=nl' if other == 'nl' else 'en/'})",
    ]
    with gr.Row(elem_id="top"):
        gr.Markdown(f"# {words['title']}\n{words['intro']}\n\n{' · '.join(links)}", elem_id="introduction")
        with gr.Column(scale=0, min_width=160, elem_id="leaving"):
            gr.Button(words["exit"], elem_id="exit", variant="stop")
            gr.Markdown(words["exit_note"], elem_id="exit-note")
    model = chat.assistant.model
    gr.Markdown(words["notice_model"].format(model=plain(model)) if model else words["notice"], elem_id="notice")


def _conversation(words: dict[str, str], settings: Settings, of: Chat) -> dict[str, Any]:
    chat = gr.Chatbot(
        label=words["conversation"],
        height="55vh",
        elem_id="chat",
        buttons=[],
        feedback_options=None,
        group_consecutive_messages=False,
        latex_delimiters=[],
        allow_tags=False,
        autoscroll=False,
        placeholder="",
    )
    question = gr.Textbox(
        label=words["question"],
        placeholder=words["question_hint"],
        max_length=settings.max_question_length,
        # With one line to begin with, Enter asks and Shift+Enter breaks the line.
        lines=1,
        max_lines=8,
        elem_id="question",
        submit_btn=False,
    )
    publication = gr.Dropdown(label=words["publication"], filterable=False, elem_id="publication", **_publications(of, words))
    with gr.Row():
        send = gr.Button(words["send"], variant="primary", elem_id="send")
        stop = gr.Button(words["stop"], visible=False, elem_id="stop") if of.assistant.model is not None else None
        clear = gr.Button(words["clear"], elem_id="clear")
    return {"chat": chat, "question": question, "publication": publication, "send": send, "clear": clear, "stop": stop}


def _publications(chat: Chat, words: dict[str, str]) -> dict[str, Any]:
    """What a question can be limited to; there is nothing to choose while one publication answers."""
    known = chat.assistant.publications()
    choices = [(words["publication_all"], ""), *((title, uid) for uid, title in known.items())]
    return {"choices": choices, "value": "", "visible": len(known) > 1}


def _questions(words: dict[str, str], chat: Chat) -> tuple[list[Any], list[Any], Any]:
    with gr.Column(visible=False, elem_id="related") as group:
        gr.Markdown(f"## {words['related']}")
        related = [gr.Button(visible=False, size="sm", elem_classes="starter") for _ in range(RELATED)]
    gr.Markdown(f"## {words['starters']}")
    with gr.Row():
        starters = [gr.Button(text, size="sm", elem_classes="starter") for text in chat.starters()]
    return starters, related, group


def _rating(words: dict[str, str]) -> dict[str, Any]:
    gr.Markdown(f"## {words['feedback']}")
    with gr.Row():
        verdicts = {
            "helpful": gr.Button(words["feedback_helpful"], size="sm"),
            "unhelpful": gr.Button(words["feedback_unhelpful"], size="sm"),
            "wrong_citation": gr.Button(words["feedback_wrong"], size="sm"),
        }
    comment = gr.Textbox(label=words["feedback_comment"], max_length=1000, lines=1, elem_id="comment")
    thanks = gr.Markdown("", elem_id="thanks")
    return {"verdicts": verdicts, "comment": comment, "thanks": thanks}


def _files(words: dict[str, str]) -> dict[str, Any]:
    gr.Markdown(f"## {words['export']}")
    with gr.Row():
        return {form: gr.Button(words[f"export_{form}"], size="sm") for form in ("markdown", "word", "pdf")}


def _kept(words: dict[str, str]) -> None:
    """Where the page's script puts the conversations that are kept in this browser."""
    gr.Markdown(f"## {words['history']}\n{words['history_note']}", elem_id="history")


def _wire(page: Any, chat: Chat, parts: Parts, words: dict[str, str]) -> None:
    turns, panel = gr.State([]), gr.State("")
    outputs = [parts.chat, parts.question, parts.evidence, turns, panel, parts.signal, parts.related_group, *parts.related]
    busy = {"concurrency_limit": CONCURRENCY, "concurrency_id": ASKING, "show_progress": "minimal", "api_visibility": "private"}

    def respond(asked: str, messages: Any, answers: Any, evidence: str, publication: str | None) -> list[Any]:
        return _values(chat.ask(asked, messages, answers, publication=publication or None), evidence, words)

    answer: Any = respond
    answered = outputs
    if parts.stop is not None:
        answer, answered = _live(chat, parts, words), [*outputs, parts.stop]
    asking = [parts.question, parts.chat, turns, panel, parts.publication]
    for trigger in (parts.send.click, parts.question.submit):
        trigger(answer, asking, answered, **busy)
    for button in (*parts.starters, *parts.related):
        button.click(answer, [button, *asking[1:]], answered, **busy)
    parts.again_button.click(lambda questions: _values(chat.again(questions), "", words), [parts.again], outputs, **busy)
    empty = [
        [],
        "",
        words["evidence_none"],
        [],
        "",
        chat.fresh(),
        gr.update(visible=False),
        *[gr.update(visible=False)] * RELATED,
    ]
    parts.clear.click(lambda: empty, None, outputs, api_visibility="private")
    for verdict, button in parts.verdicts.items():
        button.click(_rate(chat, verdict), [turns, parts.comment], [parts.thanks, parts.comment], api_visibility="private")
    for form, button in parts.forms.items():
        button.click(_export(chat, form), [turns], [parts.file], api_visibility="private")
    page.load(lambda: _padded(chat.starters()), None, parts.starters, api_visibility="private")
    # Another version may have gone live since the page was made.
    page.load(lambda: gr.update(**_publications(chat, words)), None, parts.publication, api_visibility="private")


def _live(chat: Chat, parts: Parts, words: dict[str, str]) -> Any:
    """What answers a question piece by piece, and the button that ends it."""
    live = Live(chat, CONCURRENCY)

    def respond(asked: str, messages: Any, answers: Any, evidence: str, publication: str | None, request: gr.Request) -> Any:
        for shown in live.ask(asked, messages, answers, str(request.session_hash), publication or None):
            yield [*_values(shown, evidence, words), gr.update(visible=shown.unfinished)]

    def stop(request: gr.Request) -> None:
        live.stop(str(request.session_hash))

    parts.stop.click(stop, None, None, api_visibility="private", queue=False)
    return respond


def _values(shown: Any, before: str, words: dict[str, str]) -> list[Any]:
    """What is shown, in the order of the outputs; evidence newest first, so that earlier markers keep leading somewhere."""
    panel = f"{shown.evidence}\n{before}" if shown.evidence else before
    buttons = [gr.update(value=text, visible=True) for text in shown.related]
    buttons += [gr.update(visible=False)] * (RELATED - len(buttons))
    group = gr.update(visible=bool(shown.related))
    return [shown.messages, shown.left, panel or words["evidence_none"], shown.turns, panel, shown.signal, group, *buttons]


def _rate(chat: Chat, verdict: Any) -> Any:
    return lambda answers, comment: (chat.rate(answers, verdict, comment), "")


def _export(chat: Chat, form: str) -> Any:
    return lambda answers: chat.file(answers, form)


def _padded(questions: list[str]) -> list[Any]:
    return [*(gr.update(value=question) for question in questions), *[gr.update()] * (STARTERS - len(questions))]
