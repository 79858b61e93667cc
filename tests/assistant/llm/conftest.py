"""A scripted server, and assistants that use it on the real index."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from assistant.llm.setup import open_writer
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.switching import Pinned, Served

ROOT = Path(__file__).parents[3]


def _scripted() -> ModuleType:
    """The server's module: tests are no packages, so it is loaded by its place."""
    if "scripted" not in sys.modules:
        spec = importlib.util.spec_from_file_location("scripted", Path(__file__).parent / "scripted.py")
        assert spec and spec.loader
        sys.modules["scripted"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["scripted"])
    return sys.modules["scripted"]


scripted_module = _scripted()


@pytest.fixture(scope="session")
def questions() -> list[str]:
    """Questions of the development set that have an answer, Dutch and without history."""
    rows = [json.loads(line) for line in (ROOT / "evals/datasets/dev.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row["question"] for row in rows if row["expect"] == ["answered"] and row["language"] == "nl" and not row["history"]]


@pytest.fixture(scope="module")
def scripted() -> Iterator[Any]:
    server = scripted_module.ScriptedServer()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    if "scripted" in request.fixturenames:
        server = request.getfixturevalue("scripted")
        server.behaviour, server.delay = "faithful", 0.0
        server.record.clear()
        server.sent.clear()


@pytest.fixture
def changed(settings: Settings, scripted: Any) -> Callable[..., Settings]:
    """Settings with the scripted model; values by name change them."""

    def change(**changes: Any) -> Settings:
        values = {"model": "openai:scripted", "model_url": scripted.address, "model_timeout": 10, "model_budget_seconds": 20}
        return settings.model_copy(update=values | {"model_retries": 1, "model_failures": 1000} | changes)

    return change


@pytest.fixture
def asking(assistant: Assistant, changed: Callable[..., Settings]) -> Iterator[Callable[..., Assistant]]:
    """Makes an assistant with the scripted model on the index of all tests."""
    writers = []

    def make(**changes: Any) -> Assistant:
        served, other = assistant._serving.current, copy(assistant)
        other._settings = changed(**changes)
        writers.append(open_writer(other._settings, served.index))
        other._serving = Pinned(Served(served.index, replace(served.house, writer=writers[-1])))
        return other

    yield make
    for writer in writers:
        writer.close()
