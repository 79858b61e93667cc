"""A hundred people at once; and the load test itself: what goes wrong is counted."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from assistant.settings import Settings

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module; it finds its neighbour as it does when it is run."""
    monkeypatch.syspath_prepend(str(HERE))
    return importlib.import_module("load")


@pytest.fixture(scope="module")
def other_page() -> Iterator[str]:
    """The address of a page with another layout, whose answers are wrong when the question says so."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(_other_page(), port=port, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def _other_page() -> FastAPI:
    import gradio as gr

    def respond(_: str, turns: list[str], question: str, messages: list[Any]) -> tuple[Any, ...]:
        if question == "fails":
            raise gr.Error("no")
        said = [] if question == "is lost" else [{"role": "user", "content": "x" if question == "is another" else question}]
        answer = {"role": "assistant", "content": " " if question == "is empty" else f"answer {len(turns) + 1}"}
        return [*turns, question], gr.update(value="done"), [*messages, *said, answer]

    with gr.Blocks(analytics_enabled=False) as page:
        note, turns = gr.Textbox("a note"), gr.State([])
        gr.Button("elsewhere").click(lambda: "wrong button", None, note)
        clear = gr.Button(elem_id="clear")
        question, send, chat = gr.Textbox(elem_id="question"), gr.Button(elem_id="send"), gr.Chatbot(elem_id="chat")
        send.click(respond, [note, turns, question, chat], [turns, note, chat])
        clear.click(lambda: ([], []), None, [turns, chat])
        page.load(lambda: "opened", None, note)
    mounted: FastAPI = gr.mount_gradio_app(FastAPI(), page, path="/", ssr_mode=False)
    return mounted


def run(*arguments: str, **environment: str) -> tuple[int, dict[str, Any]]:
    """The script as a person runs it: its exit code and figures."""
    done = subprocess.run(
        [sys.executable, str(HERE / "load.py"), "--json", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_hundred_people(settings: Settings) -> None:
    code, figures = run("--users", "100", "--minutes", "0.67", "--pause", "5", "15", "--data", str(settings.data.path))
    assert figures["errors"] == {}
    assert code == 0
    assert figures["answers"] >= 200  # each with text: an empty one is an error


def test_refused_questions_are_errors_and_limits_are_kept(settings: Settings) -> None:
    code, figures = run(
        *("--users", "2", "--minutes", "0.2", "--pause", "1", "2", "--data", str(settings.data.path)),
        *("--keep-limits", "--p95", "0.0001"),
        WEGWIJZER_QUESTIONS_PER_MINUTE_PER_SESSION="2",
    )
    assert code == 1
    assert figures["answers"] >= 4
    assert figures["errors"].keys() == {"join: HTTP 429"}
    refused = figures["errors"]["join: HTTP 429"]
    assert refused >= 4
    assert figures["missed"][0] == f"{refused} errors"
    assert figures["missed"][1].startswith("95 % of the answers took up to")


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ("is empty", "an empty answer"),
        ("is another", "an answer to another question"),
        ("is lost", "the conversation did not grow by a question and an answer"),
        ("fails", "failed: no"),
    ],
)
def test_what_is_no_answer_is_an_error(load: ModuleType, other_page: str, question: str, error: str) -> None:
    async def visit() -> list[Any]:
        async with httpx2.AsyncClient(base_url=other_page, trust_env=False) as client:
            layout = load.Layout.read((await client.get("/config")).json(), "")
            visitor = load.Visitor(client, layout)
            await visitor.open()
            for asked in ("fine", "fine as well"):
                await visitor.ask(asked)
            await visitor.begin_anew()
            await visitor.ask("fine again")
            with pytest.raises(load.MissingAnswerError, match=error):
                await visitor.ask(question)
            await visitor.leave()
            return [visitor._values[layout.chat][1]["content"], *(value for value in visitor._values.values() if value == "done")]

    assert asyncio.run(visit()) == [[{"text": "answer 1", "type": "text"}], "done"]


def test_growth_is_counted_from_the_first_minute(load: ModuleType) -> None:
    measured = load.Measured(
        answers=[0.1] * 95 + [2.0] * 5, memory=[(0.0, 50), (61.0, 100), (150.0, 90), (180.0, 110)], lasted=180
    )
    assert measured.summary()["growth"] == pytest.approx(10)
    assert measured.summary()["answer"] == {"median": 0.1, "p95": 0.1, "max": 2.0}
    assert measured.missed(p95=0.1, growth=10) == []
    assert measured.missed(p95=0.09, growth=9) == [
        "95 % of the answers took up to 0.10 s, more than 0.09 s",
        "memory grew by 10.0 %, more than 9 %",
    ]
    assert load.Measured().missed(None, None) == ["no answers"]
