"""The first page: what runs, the publications, the form to add one, the versions and what became of them."""

from __future__ import annotations

from html import escape

from assistant.maintain.frame import Frame, moment, paragraph
from assistant.maintain.jobs import Job
from assistant.maintain.progress import job_box
from assistant.maintain.shelf import REPORT, Shelf, is_added
from assistant.settings import Settings
from corpus.errors import WegwijzerError
from index.history import read_history
from index.versions import DataFolder

_SWITCHES = 10
_MEGA = 1_000_000


def overview(frame: Frame, settings: Settings, shelf: Shelf, job: Job | None, said: str = "") -> str:
    """HTML of the page; ``said`` is what the last action has to say, empty for nothing."""
    data = settings.data
    parts = [
        f'<p class="box" role="status">{escape(said)}</p>' if said else "",
        job_box(frame, job) if job else "",
        _heading(frame, "publications"),
        *(_broken(frame, name, error) for name, error in shelf.broken),
        _publications(frame, data, shelf),
        _heading(frame, "add"),
        _add(frame, settings, shelf),
        _heading(frame, "build"),
        paragraph(frame.words("build_intro")),
        frame.button("/build", frame.words("build_button")),
        _heading(frame, "versions"),
        _versions(frame, data),
        _rollback(frame, data),
        _history(frame, data),
    ]
    return frame.page(frame.words("overview"), "".join(parts), "")


def _heading(frame: Frame, key: str) -> str:
    return f"<h2>{escape(frame.words(key))}</h2>"


def _broken(frame: Frame, name: str, error: WegwijzerError) -> str:
    told = f"{error.message} {frame.words('what_to_do', hint=error.hint)}"
    remove = frame.link("/discard", f"{frame.words('discard')} {name}", id=name)
    return f'<div class="box bad">{paragraph(told)}<p>{remove}</p></div>'


def _publications(frame: Frame, data: DataFolder, shelf: Shelf) -> str:
    columns = ("column_id", "column_title", "column_units", "column_questions", "column_replaces", "column_actions")
    rows = [
        (
            escape(publication.id),
            f'<span lang="{escape(publication.language)}">{escape(publication.title)}</span> ({publication.year})',
            str(len(publication.units)),
            str(len(publication.bank)),
            escape(publication.replaces or "–"),
            _acts(frame, data, publication.id),
        )
        for publication in shelf.publications
    ]
    return frame.table("publications_caption", columns, rows)


def _acts(frame: Frame, data: DataFolder, uid: str) -> str:
    if not is_added(data, uid):
        return "–"
    written = (data.publications / uid / REPORT).is_file()
    report = frame.link("/report", frame.words("report"), uid, id=uid) if written else ""
    return report + frame.link("/discard", frame.words("discard"), uid, id=uid)


def _add(frame: Frame, settings: Settings, shelf: Shelf) -> str:
    options = [f'<option value="{escape(p.id)}">{escape(f"{p.title} ({p.year})")}</option>' for p in shelf.publications]
    size = frame.words("file", size=settings.maintain_upload_bytes // _MEGA or 1)
    return frame.fill("add.html", {"editions": "".join(options)}, file=size)


def _versions(frame: Frame, data: DataFolder) -> str:
    manifests = sorted((data.manifest(version) for version in data.ids()), key=lambda each: str(each["built"]), reverse=True)
    if not manifests:
        return paragraph(frame.words("versions_none"))
    live, previous = data.live(), data.previous()
    rows = []
    for manifest in manifests:
        version = str(manifest["version"])
        held = ", ".join(f"{p['id']} ({p['units']})" for p in manifest["publications"])
        state = "is_live" if version == live else "is_previous" if version == previous else "is_waiting"
        acts = "" if version == live else _version_acts(frame, version, live)
        rows.append((escape(version), moment(str(manifest["built"])), escape(held), escape(frame.words(state)), acts or "–"))
    columns = ("column_version", "column_built", "column_publications", "column_state", "column_actions")
    return frame.table("versions_caption", columns, rows)


def _version_acts(frame: Frame, version: str, live: str | None) -> str:
    acts = [frame.link("/publish", frame.words("publish"), version, version=version)]
    if live:
        acts.insert(0, frame.link("/diff", frame.words("diff_live"), version, before=live, after=version))
        acts.insert(1, frame.button("/compare", frame.words("compare_live"), version, plain=True, before=live, after=version))
    return "".join(acts)


def _rollback(frame: Frame, data: DataFolder) -> str:
    previous = data.previous()
    if previous is None or previous not in data.ids():
        return ""
    parts = [_heading(frame, "rollback"), paragraph(frame.words("rollback_intro", version=previous))]
    return "".join([*parts, frame.button("/rollback", frame.words("rollback_button", version=previous))])


def _history(frame: Frame, data: DataFolder) -> str:
    switches = read_history(data.history)[-_SWITCHES:]
    if not switches:
        return ""
    rows = [
        (
            moment(switch.time),
            escape(frame.words(f"switch_{switch.action}")),
            escape(switch.after),
            escape(" – ".join([switch.reason, *switch.misses]) if switch.reason else "–"),
        )
        for switch in reversed(switches)
    ]
    columns = ("column_time", "column_action", "column_version", "column_reason")
    return _heading(frame, "history") + frame.table("history_caption", columns, rows)
