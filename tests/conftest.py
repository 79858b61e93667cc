"""Shared fixtures: real parts only. One index of the real guidance is built per test run."""

from __future__ import annotations

import os

# Before numpy is loaded: what is learned differs a little with the number of threads. The Makefile sets the same.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.service import Assistant
from assistant.settings import Settings, load_settings
from corpus.publication import Publication, load_publications
from index.build import Builder


@pytest.fixture(scope="session")
def publication() -> Publication:
    return next(p for p in load_publications() if p.id == "crm-2021")


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, publication: Publication) -> Settings:
    """Settings of a data folder with a built, live index."""
    load_settings()
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    Builder(settings.data, settings.embedding_model).build([publication])
    return settings


@pytest.fixture(scope="session")
def assistant(settings: Settings) -> Iterator[Assistant]:
    assistant = Assistant(settings)
    assistant.warm()
    yield assistant
    assistant.close()


@pytest.fixture(scope="session")
def small_publication() -> Publication:
    """A publication with other words: hoofdstuk, bepaling, noot."""
    from corpus.publication import read_publication

    return read_publication(Path(__file__).parent / "data" / "wateren-2024")


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may reach another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost", "0.0.0.0"):
            raise AssertionError(f"a connection to {address} was tried")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
