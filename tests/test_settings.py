"""Every setting stands in .env.example, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

from assistant.settings import Settings

ROOT = Path(__file__).parent.parent


def test_the_example_lists_every_setting() -> None:
    listed = re.findall(r"^#?WEGWIJZER_([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)
    assert len(set(listed)) == len(listed)
