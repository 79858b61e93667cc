"""An answer in the terminal while it is being written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from assistant.render import render_answer, text
from assistant.turn import Follower

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.service import Assistant


def print_answer(assistant: Assistant, question: str, publication: str | None = None) -> None:
    """Print each checked sentence as soon as it is there, then the places; a literal answer instead of it is printed whole."""
    printed = ""

    def tell(draft: Answer) -> None:
        nonlocal printed
        if draft.trace and not draft.citations and sys.stderr.isatty():
            print(text("writing", draft.language, model=draft.trace.model), file=sys.stderr)
        print(draft.answer.removeprefix(printed), end="", flush=True)
        printed = draft.answer

    answer = assistant.ask(question, follower=Follower(tell, lambda: False), publication=publication)
    rendered = render_answer(answer)
    whole = not rendered.startswith(printed)
    print(f"\n\n{rendered}" if whole else rendered.removeprefix(printed))
