"""The layout of the page and what its buttons do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.ui.evidence import answer_markdown, evidence_html, plain
from assistant.ui.texts import texts
from corpus.errors import WegwijzerError

if TYPE_CHECKING:
    from assistant.service import Assistant
    from assistant.settings import Settings

Messages = list[dict[str, Any]]
Turns = list[dict[str, str]]


def build_page(assistant: Assistant, settings: Settings) -> Any:
    """The Blocks of the chat page."""
    words = texts(settings.language)
    with gr.Blocks(title=words["title"], analytics_enabled=False) as page:
        gr.Markdown(f"# {words['title']}\n{words['intro']}\n\n{words['notice']}", elem_id="introduction")
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=3, elem_id="conversation"):
                chat = gr.Chatbot(
                    label=words["conversation"],
                    height="55vh",
                    elem_id="chat",
                    buttons=[],
                    feedback_options=None,
                    group_consecutive_messages=False,
                    latex_delimiters=[],
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
                with gr.Row():
                    send = gr.Button(words["send"], variant="primary", elem_id="send")
                    clear = gr.Button(words["clear"], elem_id="clear")
            with gr.Column(scale=2, elem_id="evidence-column"):
                gr.Markdown(f"## {words['evidence']}")
                evidence = gr.Markdown(words["evidence_none"], elem_id="evidence")
        gr.Markdown(f"## {words['starters']}")
        with gr.Row():
            starters = [gr.Button(text, size="sm", elem_classes="starter") for text in assistant.starters(settings.language)]
        _wire(assistant, settings, chat, question, evidence, send, clear, starters)
    return page


def _wire(
    assistant: Assistant, settings: Settings, chat: Any, question: Any, evidence: Any, send: Any, clear: Any, starters: list[Any]
) -> None:
    history = gr.State([])

    def respond(asked: str, shown: Messages, turns: Turns, panel: str) -> tuple[Messages, str, str, Turns, str]:
        messages, left, found, turns = answer_turn(assistant, settings.language, asked, shown, turns)
        # Newest first; older entries stay, so that their markers keep leading somewhere.
        panel = f"{found}\n{panel}"
        return messages, left, panel or empty, turns, panel

    empty = texts(settings.language)["evidence_none"]
    panel = gr.State("")
    outputs = [chat, question, evidence, history, panel]
    for trigger in (send.click, question.submit):
        trigger(respond, [question, chat, history, panel], outputs, concurrency_limit=16, show_progress="minimal", api_name=False)
    for starter in starters:
        starter.click(
            respond, [starter, chat, history, panel], outputs, concurrency_limit=16, show_progress="minimal", api_name=False
        )
    clear.click(lambda: ([], "", empty, [], ""), None, outputs, api_name=False)


def answer_turn(
    assistant: Assistant, language: str, asked: str, shown: Messages, turns: Turns
) -> tuple[Messages, str, str, Turns]:
    """One turn of the page: messages to show, an empty question box, the evidence, and the history for the next turn.

    An error of our family is shown as its message and hint; the question stays in its box.
    """
    number = len(turns) // 2 + 1
    try:
        answer = assistant.ask(asked, turns)
    except WegwijzerError as error:
        said = f"**{plain(error.message)}** {plain(error.hint)}"
        return [*shown, {"role": "assistant", "content": said}], asked, "", turns
    shown = [
        *shown,
        {"role": "user", "content": plain(asked)},
        {"role": "assistant", "content": answer_markdown(answer, number)},
    ]
    turns = [*turns, {"role": "user", "content": asked}, {"role": "assistant", "content": answer.answer}]
    return shown, "", evidence_html(answer, number, assistant, language), turns
