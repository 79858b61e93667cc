"""From settings to a writer: the model, its client and the checker put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.checking.check import checker_for
from assistant.llm.answerer import LlmWriter
from assistant.llm.breaker import Breaker
from assistant.llm.client import Client
from assistant.models import model_name, open_model

if TYPE_CHECKING:
    from assistant.settings import Settings
    from index.retriever import IndexVersion


def open_writer(settings: Settings, index: IndexVersion) -> LlmWriter:
    """The writer for the model that is set (``settings.model`` must be there).

    Raises:
        ModelError: the model cannot be opened.
        StoreError: the file with its key cannot be read.
    """
    return LlmWriter(
        model_name(settings.model or ""),
        open_client(settings),
        checker_for(index, settings),
        settings.model_budget_seconds,
        settings.model_mode,
        settings.model_window,
    )


def open_client(settings: Settings) -> Client:
    """The way to the model alone (raises ModelError and StoreError likewise)."""
    breaker = Breaker(settings.model_failures, settings.model_pause_seconds)
    return Client(open_model(settings), breaker, settings.model_timeout, settings.model_retries)
