"""Progress bars for long work, on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.render import text
from index.build import Progress


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Bars that are told about stages; each appears when its stage begins."""
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    tasks: dict[str, TaskID] = {}
    with Bars(console=Console(stderr=True)) as bars:

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(text(stage), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield tell
