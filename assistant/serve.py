"""The web server: checks its port, loads the assistant, serves the chat until it is stopped."""

from __future__ import annotations

import socket

from assistant.render import text
from assistant.service import Assistant
from assistant.settings import Settings
from corpus.errors import StoreError


def require_free_port(host: str, port: int) -> None:
    """Raise StoreError, naming another port, when the address cannot be bound."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            other = port + 1 if 0 < port < 65535 else 7861
            reason = getattr(error, "strerror", None) or error
            raise StoreError("port-taken", port=port, host=host, reason=reason, other=other) from error


def run_server(assistant: Assistant, settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted; the assistant is warm before the first page is given."""
    import uvicorn

    from assistant.ui.app import create_app

    assistant.warm()
    app = create_app(assistant, settings)
    print(text("serving", host=host, port=port), flush=True)
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)
