"""Without settings there is no model: nothing of one is loaded."""

from __future__ import annotations

import subprocess
import sys


def test_nothing_of_a_model_is_loaded() -> None:
    code = "import sys, assistant.service, assistant.live, assistant.ui.live; print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())
    names = ("langchain.chat_models", "langchain_openai", "openai", "assistant.llm.answerer", "assistant.checking.check")
    assert not loaded & set(names) and "assistant.write_up" in loaded
