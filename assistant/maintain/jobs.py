"""Long work in a process of its own, one piece at a time, so that the chat goes on answering. Its state is kept in memory.

The process reads one line of JSON (task, values, settings) and writes one for each step; it ends when its input is closed, that
is with this process, and what it had not finished is then not there: a build names nothing before it is whole.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any, Literal

from assistant.settings import Settings
from corpus.errors import StoreError

COMMAND = (sys.executable, "-m", "assistant.cli", "work")
_TOLD = 300
"""Characters of a broken process's last words."""


@dataclass(frozen=True)
class Job:
    """One piece of work.

    Attributes:
        task: a name in ``tasks.TASKS``.
        values: what it was given.
        stages: steps done and all steps, by stage, in order.
        result: what came out; None while it runs and when it failed.
        code, message, hint: of the error that ended it; empty without one.
        begun, ended: seconds since the epoch; ``ended`` None while it runs.
    """

    number: int
    task: str
    values: Mapping[str, Any]
    state: Literal["running", "done", "failed"] = "running"
    stages: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    result: Mapping[str, Any] | None = None
    code: str = ""
    message: str = ""
    hint: str = ""
    begun: float = field(default_factory=time.time)
    ended: float | None = None


class Desk:
    """Runs jobs and remembers the last one of each task.

    Args:
        command: starts the process that does the work.
    """

    def __init__(self, settings: Settings, command: Sequence[str] = COMMAND) -> None:
        self._settings, self._command = settings, command
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._last: Job | None = None
        self._process: subprocess.Popen[str] | None = None
        self._waiting: threading.Thread | None = None

    @property
    def last(self) -> Job | None:
        """The job that runs, else the one that ran last; None before the first."""
        return self._last

    def last_of(self, task: str) -> Job | None:
        """The newest job of a task."""
        return self._jobs.get(task)

    def start(self, task: str, values: Mapping[str, Any], after: Callable[[], None] = lambda: None) -> Job:
        """Begin a job.

        Args:
            after: called when it has ended, however it did.

        Raises:
            StoreError: another one runs.
        """
        with self._lock:
            if self._last and self._last.state == "running":
                raise StoreError("work-busy")
            job = self._last = self._jobs[task] = Job(self._last.number + 1 if self._last else 1, task, dict(values))
            self._waiting = threading.Thread(target=self._run, args=[job, after], name="maintain", daemon=True)
            self._waiting.start()
        return job

    def wait(self) -> None:
        """Until the job that runs has ended."""
        if self._waiting:
            self._waiting.join()

    def close(self) -> None:
        """End the job that runs."""
        if self._process and self._process.poll() is None:
            self._process.kill()
        self.wait()

    def _run(self, job: Job, after: Callable[[], None]) -> None:
        order = {"task": job.task, "values": dict(job.values), "settings": self._settings.model_dump(mode="json")}
        try:
            with tempfile.TemporaryFile("w+") as words:
                pipe = subprocess.PIPE
                with subprocess.Popen(self._command, stdin=pipe, stdout=pipe, stderr=words, text=True) as self._process:
                    job = self._follow(job, self._process, json.dumps(order))
                if job.state == "running":
                    job = _failed(job, StoreError("work-broken", reason=_tail(words) or str(self._process.returncode)))
        except OSError as error:
            job = _failed(job, StoreError("work-broken", reason=error.strerror or error))
        finally:
            after()
            self._keep(replace(job, ended=time.time()))

    def _follow(self, job: Job, process: subprocess.Popen[str], order: str) -> Job:
        assert process.stdin and process.stdout
        try:
            process.stdin.write(f"{order}\n")
            process.stdin.flush()
            for line in process.stdout:
                job = _told(job, json.loads(line))
                if job.state == "running":
                    self._keep(job)
        except (BrokenPipeError, ValueError):
            process.kill()  # it does not speak as it should; its last words say why
        return job

    def _keep(self, job: Job) -> None:
        with self._lock:
            self._last = self._jobs[job.task] = job


def _told(job: Job, line: Mapping[str, Any]) -> Job:
    if "stage" in line:
        return replace(job, stages={**job.stages, line["stage"]: (line["done"], line["total"])})
    if "error" in line:
        return replace(job, state="failed", **line["error"])
    return replace(job, state="done", result=line["result"])


def _failed(job: Job, error: StoreError) -> Job:
    return replace(job, state="failed", code=error.code, message=error.message, hint=error.hint)


def _tail(words: IO[str]) -> str:
    words.seek(0)
    lines = words.read().strip().splitlines()
    return lines[-1][-_TOLD:] if lines else ""
