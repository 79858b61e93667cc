"""Commands for index versions. The composition root adds them to the command line and hands in what only it may import."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from assistant.publish import Gate, Verdict
    from assistant.settings import Settings
    from index.versions import DataFolder

versions_app = typer.Typer(no_args_is_help=True, help="De index.")

_REASON = typer.Option(help="Waarom live, ondanks slechtere scores.")
_JSON = typer.Option("--json", help="Eén JSON-object.")
_SHOWN = 5
"""Switches of the live version that ``index list`` shows."""


@dataclass(frozen=True)
class Measuring:
    """What the eval suite does for these commands.

    Attributes:
        gate: judges a version before it goes live.
        compare: answers the same questions from two versions; gives the plain data of the comparison.
    """

    gate: Gate
    compare: Callable[[Settings, str, str, Callable[[str], None]], dict[str, Any]]


@versions_app.command("build")
def build(
    context: typer.Context,
    force: Annotated[bool, typer.Option(help="Alles opnieuw inbedden.")] = False,
    promote: Annotated[bool, typer.Option(help="De nieuwe versie live zetten.")] = False,
    reason: Annotated[str | None, _REASON] = None,
) -> None:
    """Bouw een indexversie."""
    from assistant.progress import progress_bars
    from assistant.publish import publish
    from assistant.render import text
    from corpus.fetched import with_fetched
    from corpus.publication import load_publications
    from index.build import Builder

    settings = _settings()
    publications = with_fetched(load_publications(settings.data.publications), settings.data.sources)
    with progress_bars() as progress:
        builder = Builder(settings.data, settings.embedding_model, settings.chroma_url, progress)
        result = builder.build(publications, force=force)
    values: dict[str, Any] = {"version": result.version, "embedded": result.embedded, "reused": result.reused}
    print(text("built" if result.built else "unchanged", **values))
    if promote and not result.live:
        _say_verdict(publish(settings, result.version, _measuring(context).gate, reason))
    print(text("live" if promote or result.live else "waiting", version=result.version))


@versions_app.command("status")
def status() -> None:
    """Toon de indexversies en welke live is."""
    _print_versions(_settings().data)


@versions_app.command("list")
def list_versions() -> None:
    """Toon de indexversies: tijd, publicaties, aantallen, en de laatste wisselingen."""
    from assistant.render import text
    from index.history import read_history

    data = _settings().data
    _print_versions(data)
    for switch in read_history(data.history)[-_SHOWN:]:
        values: dict[str, Any] = asdict(switch) | {"before": switch.before or "–", "action": text(f"switch_{switch.action}")}
        print(text("switch_line", **values | {"reason": f" “{switch.reason}”" if switch.reason else ""}))


@versions_app.command("diff")
def diff(before: str, after: str, as_json: Annotated[bool, _JSON] = False) -> None:
    """Toon welke onderdelen verschillen tussen twee versies, woord voor woord."""
    from assistant.differences import render_difference
    from index.content import read_publications
    from index.diff import compare_publications

    data = _settings().data
    old, new = (read_publications(data.folder(version)) for version in (before, after))
    difference = compare_publications(old, new)
    print(json.dumps(asdict(difference), ensure_ascii=False) if as_json else render_difference(difference))


@versions_app.command("compare")
def compare(context: typer.Context, before: str, after: str, as_json: Annotated[bool, _JSON] = False) -> None:
    """Toon welke antwoorden, vindplaatsen en scores veranderen tussen twee versies."""
    from assistant.render import text

    def tell(what: str) -> None:
        typer.echo(text("eval_busy", what=what), err=True)

    compared = _measuring(context).compare(_settings(), before, after, tell)
    if as_json:
        print(json.dumps(compared, ensure_ascii=False))
        return
    for change in compared["changes"]:
        print(text("compare_change", id=change["id"], what=", ".join(change["what"]), question=change["question"]))
        for mark, brief in (("-", change["before"]), ("+", change["after"])):
            print(text("compare_side", mark=mark, status=brief["status"], cited=", ".join(brief["cited"])))
    for version, questions in compared["left_out"].items():
        if questions:
            print(text("left_out", version=version, count=len(questions), ids=", ".join(questions)))
    for name, (old, new, n) in compared["scores"].items():
        print(text("compare_score", name=name, before=old, after=new, n=n))
    print(text("compare_total", cases=compared["cases"], bank=compared["bank"], changes=len(compared["changes"])))


@versions_app.command("promote")
def promote(
    context: typer.Context,
    version: str,
    force: Annotated[bool, typer.Option(help="Toch live zetten; vraagt om --reason.")] = False,
    reason: Annotated[str | None, _REASON] = None,
) -> None:
    """Zet een versie live, tenzij de meting slechter is dan de ijklijn."""
    from assistant.publish import publish
    from assistant.render import text

    if force != bool(reason):
        raise typer.BadParameter("--force --reason TEXT")
    _say_verdict(publish(_settings(), version, _measuring(context).gate, reason))
    print(text("live", version=version))


@versions_app.command("rollback")
def rollback() -> None:
    """Ga terug naar de vorige live versie; nog eens is weer vooruit."""
    from assistant.render import text

    print(text("live", version=_settings().data.rollback()))


@versions_app.command("prune")
def prune(keep: Annotated[int, typer.Option(min=0, help="Aantal nieuwste versies dat blijft.")] = 3) -> None:
    """Verwijder oude versies; de live, de vorige en gelezen versies blijven."""
    from assistant.render import text
    from index.pruning import prune as pruned

    found = pruned(_settings().data, keep)
    for version in found.removed:
        print(text("pruned", version=version))
    for version in found.in_use:
        print(text("prune_in_use", version=version))
    print(text("prune_total", count=len(found.removed)))


def _print_versions(data: DataFolder) -> None:
    from assistant.render import text

    data.check_format()
    versions = data.ids()
    if not versions:
        print(text("status_none", folder=data.path))
        return
    marks = {data.previous(): "-", data.live(): "*"}
    for manifest in sorted((data.manifest(version) for version in versions), key=lambda each: str(each["built"])):
        guidance = [p for p in manifest["publications"] if "tier" not in p]
        publications = ", ".join(f"{p['id']} ({p['units']} + {p['bank']})" for p in guidance)
        values: dict[str, Any] = {key: manifest[key] for key in ("version", "built", "model")}
        print(text("status_line", mark=marks.get(manifest["version"], " "), publications=publications, **values))
        if sources := len(manifest["publications"]) - len(guidance):
            print(text("status_sources", count=sources))
    print(text("status_legend"))


def _say_verdict(verdict: Verdict | None) -> None:
    from assistant.render import text

    if verdict is None:
        return
    print(text("gate_cases", cases=verdict.cases))
    if verdict.left_out:
        print(text("gate_left_out", count=len(verdict.left_out), ids=", ".join(verdict.left_out)))
    if verdict.misses:
        print(text("gate_forced", misses="; ".join(verdict.misses)))


def _measuring(context: typer.Context) -> Measuring:
    found = context.obj
    assert isinstance(found, Measuring)
    return found


def _settings() -> Settings:
    from assistant.settings import load_settings

    return load_settings()
