"""One checker over the real guidance."""

from __future__ import annotations

import pytest

from assistant.checking.check import Checker, checker_for
from assistant.service import Assistant
from assistant.settings import Settings


@pytest.fixture(scope="session")
def checker(assistant: Assistant, settings: Settings) -> Checker:
    return checker_for(assistant.index, settings)
