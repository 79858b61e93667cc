"""Work in a process of its own: one piece at a time, told as it goes, and nothing half when it breaks."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from assistant.maintain import shelf
from assistant.maintain.frame import Frame
from assistant.maintain.jobs import Desk, Job
from assistant.maintain.progress import job_box, percent, state_of
from assistant.settings import Settings
from corpus.errors import StoreError

PLAN = "# Plan tegen wateroverlast\n\nDe gemeente maakt elk jaar een plan.\n\n## Riolen\n\nDe beheerder controleert elke put.\n"
FRAME = Frame("nl", "nl", "", "t")


@pytest.fixture
def own(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def order(file: Path, **changes: Any) -> dict[str, Any]:
    about = {"id": "plan-2025", "title": "Plan", "publisher": "Gemeente", "year": 2025, "replaces": ""}
    return {**about, "source": str(file), "address": 0, **changes}


def test_reading_a_file(own: Settings, tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text(PLAN)
    desk, ended = Desk(own), []
    assert desk.last is None
    desk.start("read", order(tmp_path / "plan.md"), lambda: ended.append(1))
    with pytest.raises(StoreError, match="klus"):
        desk.start("build", {})
    desk.wait()
    job = desk.last
    assert job and job.state == "done" and job.result and ended == [1]
    assert (job.result["publication"], job.result["units"], job.result["lost"]) == ("plan-2025", 2, 0)
    found = next(p for p in shelf.look(own.data).publications if p.id == "plan-2025")
    assert (found.year, found.data["publisher"]) == (2025, "Gemeente")
    report = shelf.report_of(own.data, "plan-2025")
    assert report and "plan.md" in report
    assert "Lees het verslag" in job_box(FRAME, job) and "2 onderdelen" in job_box(FRAME, job)


@pytest.mark.parametrize(
    ("content", "changes", "code"),
    [
        (b"", {}, "reading-empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, {}, "reading-kind"),
        (PLAN.encode(), {"id": "../x"}, "draft-id"),
    ],
)
def test_what_cannot_be_read_says_why(own: Settings, tmp_path: Path, content: bytes, changes: dict[str, str], code: str) -> None:
    (tmp_path / "plan.md").write_bytes(content)
    desk = Desk(own)
    desk.start("read", order(tmp_path / "plan.md", **changes))
    desk.wait()
    job = desk.last
    assert job and (job.state, job.code) == ("failed", code)
    assert job.message and job.hint and not own.data.publications.exists()
    assert job.message.split("‘")[0] in job_box(FRAME, job)


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", "raise SystemExit('geheugen op')"],
        [sys.executable, "-c", "input(); print('geen json', flush=True); input()"],
        ["/bestaat/niet"],
    ],
)
def test_a_process_that_breaks_is_told_of(own: Settings, command: list[str]) -> None:
    desk, ended = Desk(own, command), []
    desk.start("build", {}, lambda: ended.append(1))
    desk.wait()
    assert desk.last and (desk.last.state, desk.last.code) == ("failed", "work-broken") and ended == [1]
    desk.start("build", {})  # and the next one can begin
    desk.wait()


def test_work_that_is_ended_leaves_the_desk_free(own: Settings) -> None:
    desk = Desk(own, [sys.executable, "-c", "import time; time.sleep(60)"])
    desk.start("build", {})
    time.sleep(0.3)
    desk.close()
    assert desk.last and desk.last.state == "failed"


def test_work_ends_with_the_server(own: Settings, tmp_path: Path) -> None:
    """Its input is closed when the server is gone, however it went."""
    import json
    import subprocess

    from assistant.maintain.jobs import COMMAND

    order_line = json.dumps({"task": "build", "values": {}, "settings": own.model_dump(mode="json")})
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout
    process.stdin.write(f"{order_line}\n")
    process.stdin.flush()
    assert "stage" in json.loads(process.stdout.readline())
    process.stdin.close()
    assert process.wait(10) == 1
    assert own.data.live() is None


def test_what_the_script_reads() -> None:
    job = Job(1, "build", {}, stages={"embed": (50, 200)})
    state = state_of(FRAME, job)
    assert (state["state"], state["stage"], state["percent"], state["said"]) == ("running", "embed", 25, "Inbedden: 25 procent")
    assert 'value="50" max="200"' in state["html"]
    assert state_of(FRAME, Job(1, "build", {}, stages={"embed": (1, 1), "learn": (0, 0)}))["percent"] == 0
    assert state_of(FRAME, None) == {"state": "none"} and percent(1, 3) == 33


def test_removing_a_publication(own: Settings, tmp_path: Path) -> None:
    folder = own.data.publications / "plan-2025"
    folder.mkdir(parents=True)
    (folder / "publication.toml").write_text("kapot")
    own.data.prepare()
    found = shelf.look(own.data)
    assert [name for name, _ in found.broken] == ["plan-2025"] and found.publications
    with own.data.building(), pytest.raises(StoreError):
        shelf.discard(own.data, "plan-2025")
    assert shelf.is_added(own.data, "plan-2025")
    shelf.discard(own.data, "plan-2025")
    assert not shelf.is_added(own.data, "plan-2025") and not list(own.data.path.glob(".discarded*"))
