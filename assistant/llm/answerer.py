"""The llm answerer: prompt out, checked sentences in; whatever goes wrong, the literal statements stay."""

from __future__ import annotations

from contextlib import closing

from assistant.answer import Trace
from assistant.checking.check import Checker
from assistant.llm.client import Client, Usage
from assistant.llm.draft import MAX_SENTENCES, MAX_WORDS, Draft
from assistant.llm.passages import Mode, fenced, passages_of, shown
from assistant.llm.reader import Marked, Reader
from assistant.llm.standalone import as_asked, is_faithful
from assistant.models import ModelError
from assistant.prompting import Prompt, load_prompt
from assistant.turn import Turn

_LONGEST = 1500
"""Characters without a mark, or of a rephrased question, after which a model that goes on is cut off."""
_REPHRASING = 0.25
"""Share of the budget that rephrasing a follow-up may take."""


class LlmWriter:
    """Writes for turns, with one model.

    Args:
        name: of the model, as people see it.
        budget: seconds from the question to the answer, the model's part included.
        window: tokens that the evidence may take.
    """

    def __init__(self, name: str, client: Client, checker: Checker, budget: float, mode: Mode, window: int) -> None:
        self._name, self._client, self._checker = name, client, checker
        self._budget, self._mode, self._window = budget, mode, window

    def write(self, turn: Turn) -> None:
        """Set ``written`` to sentences that were checked, else leave it empty with the reason in ``trace``."""
        prompt = load_prompt("answer", turn.language)
        passages = {passage.mark: passage for passage in passages_of(turn, self._mode, self._window)}
        trace = turn.trace = Trace(model=self._name, prompt=prompt.hash, passages=len(passages))
        draft = Draft(passages, self._checker, turn.language, trace, prompt.system)
        values = {"sentences": str(MAX_SENTENCES), "words": str(MAX_WORDS), "question": fenced(turn.standalone)}
        messages = prompt.messages(values | {"passages": shown(passages.values())})
        turn.writing = True
        turn.tell()
        try:
            self._follow(messages, Reader(passages), draft, turn, trace)
        except ModelError as error:
            trace.failure = error.reason
        turn.writing = False
        if not draft.written and trace.failure is None:
            trace.failure = "nothing_left"
        turn.written = [] if trace.failure else draft.written

    def _follow(self, messages: list[tuple[str, str]], reader: Reader, draft: Draft, turn: Turn, trace: Trace) -> None:
        usage, deadline = Usage(), turn.begun + self._budget
        with closing(self._client.stream(messages, deadline, turn.stopped, usage)) as pieces:
            for piece in pieces:
                self._take(reader.feed(piece), draft, turn)
                if draft.full:
                    break
                if reader.waiting > _LONGEST:
                    raise ModelError("model-failed", "endless")
            else:
                self._take(reader.end(), draft, turn)
        trace.tokens_asked, trace.tokens_written = usage.asked, usage.written

    def _take(self, sentences: list[Marked], draft: Draft, turn: Turn) -> None:
        for sentence in sentences:
            if not draft.full and draft.add(sentence):
                turn.written = list(draft.written)
                turn.tell()

    def standalone(self, before: str, turn: Turn) -> str | None:
        """A follow-up made to stand alone; None on any doubt, for then the rule-based one is used.

        Args:
            before: the question it leans on, personal data masked.
        """
        prompt: Prompt = load_prompt("rephrase", turn.language)
        messages = prompt.messages({"before": fenced(before), "question": fenced(turn.standalone)})
        text = ""
        try:
            with closing(self._client.stream(messages, turn.begun + _REPHRASING * self._budget, turn.stopped)) as pieces:
                for piece in pieces:
                    text += piece
                    if len(text) > _LONGEST:
                        return None
        except ModelError:
            return None
        asked = as_asked(text)
        return asked if asked and is_faithful(asked, before, turn.standalone, turn.index) else None

    def close(self) -> None:
        self._client.close()
