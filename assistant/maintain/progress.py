"""How a job goes and what came of it, as a part of a page and as what the page's script asks for."""

from __future__ import annotations

from html import escape
from typing import Any

from assistant.maintain.frame import Frame, paragraph
from assistant.maintain.jobs import Job


def job_box(frame: Frame, job: Job) -> str:
    """The job: its bars while it runs, else its outcome and where to go next."""
    key = {"running": "job", "done": "job_done", "failed": "job_failed"}[job.state]
    heading = frame.words(key, task=frame.words(f"task_{job.task}"))
    title = f"<h2>{escape(heading)}</h2>"
    if job.state == "running":
        state = escape(f"{frame.base}/job.json")
        return (
            f'<section class="box" id="job" data-number="{job.number}" data-state="{state}">{title}'
            f'<div id="stages">{stages_html(frame, job)}</div><p class="voice" id="voice" role="status"></p>'
            f"{paragraph(frame.words('job_free'))}<noscript><p>{frame.link('', frame.words('refresh'))}</p></noscript></section>"
        )
    bad = " bad" if job.state == "failed" else ""
    inner = _failure(frame, job) if bad else _outcome(frame, job)
    seconds = paragraph(frame.words("job_seconds", seconds=round((job.ended or job.begun) - job.begun)))
    return f'<section class="box{bad}" id="job" tabindex="-1" data-number="{job.number}">{title}{inner}{seconds}</section>'


def stages_html(frame: Frame, job: Job) -> str:
    """A bar for every stage that has begun."""
    if not job.stages:
        return paragraph(frame.words("waiting"))
    items = []
    for stage, (done, total) in job.stages.items():
        name = escape(frame.words(f"stage_{stage}"))
        value = f' value="{done}" max="{total}"' if total else ""
        items.append(f"<li><label>{name}<br><progress{value}>{percent(done, total)} %</progress></label></li>")
    return f'<ol class="stages">{"".join(items)}</ol>'


def state_of(frame: Frame, job: Job | None) -> dict[str, Any]:
    """What the script reads: state, bars, and what may be said aloud."""
    if job is None:
        return {"state": "none"}
    stage, (done, total) = list(job.stages.items())[-1] if job.stages else ("", (0, 0))
    said = frame.words("waiting")
    if stage:
        said = frame.words("progress", stage=frame.words(f"stage_{stage}"), percent=percent(done, total))
    return {"state": job.state, "stage": stage, "percent": percent(done, total), "said": said, "html": stages_html(frame, job)}


def percent(done: int, total: int) -> int:
    """Whole per cents; 0 when the total is not known."""
    return round(100 * done / total) if total else 0


def _failure(frame: Frame, job: Job) -> str:
    """What went wrong; its message and hint are in the language that all errors are in."""
    parts = [paragraph(job.message), paragraph(frame.words("what_to_do", hint=job.hint))]
    if job.code == "gate-failed":
        values = {key: str(value) for key, value in job.values.items()}
        again = frame.link("/publish", frame.words("publish_again"), version=values["version"])
        parts = [paragraph(frame.words("publish_refused")), paragraph(job.message), f"<p>{again}</p>"]
    return "".join(parts)


def _outcome(frame: Frame, job: Job) -> str:
    result = dict(job.result or {})
    if job.task == "build":
        return _built(frame, result)
    if job.task == "publish":
        return _published(frame, result)
    if job.task == "compare":
        values = {key: str(job.values[key]) for key in ("before", "after")}
        return (
            paragraph(frame.words("result_compare"))
            + f"<p>{frame.link('/comparison', frame.words('next_compare'), **values)}</p>"
        )
    return _was_read(frame, result)


def _was_read(frame: Frame, result: dict[str, Any]) -> str:
    parts = [paragraph(frame.words("result_read", **{key: result[key] for key in ("publication", "units", "notes", "doubts")}))]
    if result["kept"] or result["lost"]:
        parts.append(paragraph(frame.words("result_carried", kept=result["kept"], lost=result["lost"])))
    link = frame.link("/report", frame.words("next_report"), id=str(result["publication"]))
    return "".join([*parts, f"<p>{link}</p>"])


def _built(frame: Frame, result: dict[str, Any]) -> str:
    values = {key: result[key] for key in ("version", "embedded", "reused")}
    said = frame.words("result_build" if result["built"] else "result_unchanged", **values)
    return paragraph(f"{said} {frame.words('result_live')}" if result["live"] else said)


def _published(frame: Frame, result: dict[str, Any]) -> str:
    parts = [frame.words("result_publish", version=result["version"])]
    if verdict := result["verdict"]:
        parts.append(frame.words("result_verdict", cases=verdict["cases"], left_out=len(verdict["left_out"])))
        if verdict["misses"]:
            parts.append(frame.words("result_forced", misses="; ".join(verdict["misses"])))
    return "".join(map(paragraph, parts))
