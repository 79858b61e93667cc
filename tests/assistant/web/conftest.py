"""Real servers for the tests of the web pieces."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp

Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Runs applications on ports of this machine; gives their address. Options are uvicorn's."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: ASGIApp, **options: Any) -> str:
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        settings: dict[str, Any] = {"log_config": None, "access_log": False, "proxy_headers": False, **options}
        server = uvicorn.Server(uvicorn.Config(app, **settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [probe]}, daemon=True)
        thread.start()
        running.append((server, thread))
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        return f"http://127.0.0.1:{probe.getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def loggers() -> Iterator[None]:
    """Gives logging back as it was."""
    names = (None, "wegwijzer", "uvicorn", "uvicorn.error", "uvicorn.access")
    kept = [(each, each.level, each.handlers[:], each.propagate, each.disabled) for each in map(logging.getLogger, names)]
    yield
    logging.captureWarnings(False)
    for logger, level, handlers, propagate, disabled in kept:
        logger.setLevel(level)
        logger.handlers[:] = handlers
        logger.propagate, logger.disabled = propagate, disabled
