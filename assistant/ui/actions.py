"""What the page's buttons do, without Gradio: values in, values out."""

from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.answer import Answer, AnswerStatus
from assistant.export.document import document_of
from assistant.export.markdown import to_markdown
from assistant.export.pdf import to_pdf
from assistant.export.word import to_word
from assistant.feedback import FeedbackStore, Verdict
from assistant.turn import Follower
from assistant.ui.evidence import answer_markdown, evidence_html, plain
from assistant.ui.texts import texts
from corpus.errors import WegwijzerError

if TYPE_CHECKING:
    from assistant.service import Assistant

Messages = list[dict[str, Any]]
RELATED = 3
STARTERS = 4
REOPENED = 12
"""Questions of a kept conversation that are asked again, at most."""
_FORMS: dict[str, tuple[str, str]] = {
    "markdown": ("md", "text/markdown"),
    "word": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": ("pdf", "application/pdf"),
}


@dataclass(frozen=True)
class Shown:
    """What the page shows after a turn.

    Attributes:
        messages: of the conversation.
        left: what stays in the question box: nothing, or a question that could not be handled.
        evidence: HTML of this turn's places; empty when there was no answer.
        turns: the answers so far, oldest first.
        related: questions that may come next, at most ``RELATED``.
        signal: JSON for the page's script: what to announce, which questions may be kept in the browser, whether it is a fresh
            conversation; a number makes each one new.
        unfinished: whether a model is still writing.
    """

    messages: Messages
    left: str
    evidence: str
    turns: list[Answer]
    related: list[str]
    signal: str
    unfinished: bool = False


@dataclass(frozen=True)
class Chat:
    """The page of one language.

    Attributes:
        feedback: where opinions are kept.
        count: told about every answer.
        unanswered: told about every new answer, with those before it in its conversation.
    """

    assistant: Assistant
    language: str
    feedback: FeedbackStore
    count: Callable[[Answer], None] = lambda _: None
    unanswered: Callable[[Answer, list[Answer]], None] = lambda _, __: None

    def ask(
        self,
        asked: str,
        messages: Messages,
        turns: list[Answer],
        follower: Follower | None = None,
        publication: str | None = None,
    ) -> Shown:
        """One turn; an error of our family is shown as its message and hint, and the question stays in its box."""
        history = [message for answer in turns for message in _said(answer)]
        try:
            answer = self.assistant.ask(asked, history, self.language if not asked.strip() else None, follower, publication)
        except WegwijzerError as error:
            said = f"**{plain(error.message)}** {plain(error.hint)}"
            messages = [*messages, {"role": "assistant", "content": said}]
            return Shown(messages, asked, "", turns, [], self._signal(turns, f"{error.message} {error.hint}"))
        self.count(answer)
        self.unanswered(answer, turns)
        number = len(turns) + 1
        messages = [
            *messages,
            {"role": "user", "content": plain(answer.question)},
            {"role": "assistant", "content": answer_markdown(answer, number, self.language)},
        ]
        turns = [*turns, answer]
        evidence = evidence_html(answer, number, self.assistant, self.language)
        return Shown(messages, "", evidence, turns, answer.related[:RELATED], self._signal(turns))

    def draft(self, answer: Answer, messages: Messages, turns: list[Answer]) -> Shown:
        """An answer that is being written: its checked sentences so far, and a line that more is coming."""
        writing = texts(self.language)["writing"]
        said = f"{answer_markdown(answer, len(turns) + 1, self.language, unfinished=True)}\n\n*{writing}*"
        messages = [
            *messages,
            {"role": "user", "content": plain(answer.question)},
            {"role": "assistant", "content": said},
        ]
        signal = json.dumps({"number": time.monotonic_ns(), "busy": True, "announce": "" if answer.citations else writing})
        return Shown(messages, "", "", turns, [], signal, unfinished=True)

    def again(self, questions: str) -> Shown:
        """A kept conversation, asked again.

        Args:
            questions: a JSON list, as the page's script wrote it; of a longer one than is kept only the last ones count, and
                anything else begins an empty conversation.
        """
        shown = Shown([], "", "", [], [], self._signal([]))
        panels: list[str] = []
        # They were told about when they were asked.
        again = replace(self, unanswered=lambda _, __: None)
        for question in _kept(questions):
            shown = again.ask(question, shown.messages, shown.turns)
            panels = [shown.evidence, *panels]
        return Shown(shown.messages, "", "\n".join(panels), shown.turns, shown.related, shown.signal)

    def starters(self) -> list[str]:
        """Questions to begin with, other ones each time."""
        questions = self.assistant.starters(self.language)
        return random.sample(questions, min(STARTERS, len(questions)))

    def rate(self, turns: list[Answer], verdict: Verdict, comment: str) -> str:
        """Keep an opinion on the last answer; gives what to say to the person."""
        words = texts(self.language)
        if not turns:
            return words["feedback_none"]
        kept = self.feedback.add(turns[-1], verdict, self.assistant.masked(comment[:1000]))
        return words["feedback_thanks" if kept else "feedback_danger"]

    def file(self, turns: list[Answer], form: str) -> str:
        """The conversation as a file: JSON with its name, type and base64 content, null before the first answer."""
        if not turns:
            return json.dumps({"number": time.monotonic_ns(), "data": None})
        document = document_of([(answer.question, answer) for answer in turns], self.assistant, self.language, date.today())
        made = {"markdown": lambda d: to_markdown(d).encode(), "word": to_word, "pdf": to_pdf}[form](document)
        ending, kind = _FORMS[form]
        return json.dumps(
            {"number": time.monotonic_ns(), "name": f"wegwijzer.{ending}", "type": kind, "data": base64.b64encode(made).decode()}
        )

    def fresh(self) -> str:
        """The signal of a conversation that begins."""
        return json.dumps({"number": time.monotonic_ns(), "announce": "", "keep": [], "fresh": True})

    def _signal(self, turns: list[Answer], announced: str = "") -> str:
        words = texts(self.language)
        if turns and not announced:
            count = len(turns[-1].citations)
            announced = words["answer_ready"].format(count=count) if count else words["answer_without"]
        danger = any(answer.status == AnswerStatus.SIGNPOST for answer in turns)
        keep = [] if danger else [answer.question for answer in turns]
        return json.dumps({"number": time.monotonic_ns(), "announce": announced, "keep": keep, "fresh": False})


def _kept(questions: str) -> list[str]:
    try:
        kept = json.loads(questions)
    except ValueError:
        return []
    return [question for question in kept if isinstance(question, str)][-REOPENED:] if isinstance(kept, list) else []


def _said(answer: Answer) -> list[dict[str, str]]:
    return [{"role": "user", "content": answer.question}, {"role": "assistant", "content": answer.answer}]
