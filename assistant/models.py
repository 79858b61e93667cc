"""Chat models: from settings to one of LangChain's, whichever provider. The only file that knows their packages."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from assistant.secret import read_secret
from corpus.errors import WegwijzerError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class ModelError(WegwijzerError):
    """The chat model cannot be used.

    Attributes:
        reason: one word for figures and logs, such as ``"timeout"``; never anything that a provider said.
        again: whether a second try may help.
    """

    def __init__(self, code: str, reason: str, *, again: bool = False, **values: object) -> None:
        super().__init__(code, reason=reason, **values)
        self.reason, self.again = reason, again


class ModelSettings(Protocol):
    """The settings that are read here; ``assistant/settings.py`` has them, ``.env.example`` tells what they mean."""

    @property
    def model(self) -> str | None: ...
    @property
    def model_url(self) -> str | None: ...
    @property
    def model_key_file(self) -> Path | None: ...
    @property
    def model_timeout(self) -> float: ...
    @property
    def model_max_tokens(self) -> int: ...


@dataclass(frozen=True)
class _Provider:
    """How a provider's package is asked for the same things.

    Attributes:
        package: its name on PyPI.
        extra: of this distribution, that installs it; None for a provider without one.
        key: the variable in which its package looks for the key; None where none is needed.
        options: from timeout (seconds) and longest answer (tokens) to its own arguments.
    """

    package: str
    extra: str | None
    key: str | None
    options: Callable[[float, int], dict[str, Any]]


def _openai(timeout: float, tokens: int) -> dict[str, Any]:
    # Servers that speak OpenAI's language know its chat completions, not its newer interface.
    return {"timeout": timeout, "max_tokens": tokens, "max_retries": 0, "use_responses_api": False, "stream_usage": True}


def _mistral(timeout: float, tokens: int) -> dict[str, Any]:
    return {"timeout": timeout, "max_tokens": tokens, "max_retries": 1}


def _ollama(timeout: float, tokens: int) -> dict[str, Any]:
    return {"num_predict": tokens, "client_kwargs": {"timeout": timeout}}


def _plain(timeout: float, tokens: int) -> dict[str, Any]:
    return {"timeout": timeout, "max_tokens": tokens}


_PROVIDERS = {
    "openai": _Provider("langchain-openai", "openai", "OPENAI_API_KEY", _openai),
    "mistralai": _Provider("langchain-mistralai", "mistral", "MISTRAL_API_KEY", _mistral),
    "ollama": _Provider("langchain-ollama", "ollama", None, _ollama),
}
_NO_KEY = "none"
"""What a server of one's own gets where the package insists on a key."""


def model_name(model: str) -> str:
    """The name that people see: without its provider.

    >>> model_name("ollama:llama3.1:8b")
    'llama3.1:8b'
    """
    return model.partition(":")[2] or model


def open_model(settings: ModelSettings) -> BaseChatModel:
    """The chat model that is set; ``settings.model`` must be there. No connection is made yet.

    Raises:
        ModelError: its package is missing, its key is, or its name or address is impossible.
        StoreError: the file with the key cannot be read.
    """
    from langchain.chat_models import init_chat_model

    name = settings.model or ""
    kind = name.partition(":")[0]
    provider = _PROVIDERS.get(kind, _Provider(f"langchain-{kind}", None, None, _plain))
    options = {"temperature": 0, **provider.options(settings.model_timeout, settings.model_max_tokens)}
    if settings.model_url:
        options["base_url"] = settings.model_url
    if key := _key(settings, provider):
        options["api_key"] = key
    try:
        model: BaseChatModel = init_chat_model(name, **options)
    except ImportError as error:
        install = f"wegwijzer[{provider.extra}]" if provider.extra else provider.package
        raise ModelError("model-package", "package", model=name, package=provider.package, install=install) from error
    except (ValueError, TypeError, OSError) as error:
        # What a package says may repeat its arguments, and one of those is the key: only its kind is told.
        raise ModelError("model-invalid", type(error).__name__, model=name) from None
    return model


def _key(settings: ModelSettings, provider: _Provider) -> str | None:
    """The key from its file; None where the package finds it itself or needs none."""
    if settings.model_key_file:
        return read_secret(settings.model_key_file)
    if provider.key is None or os.environ.get(provider.key):
        return None
    if settings.model_url is None:
        raise ModelError("model-key", "key", model=settings.model, variable=provider.key)
    return _NO_KEY
