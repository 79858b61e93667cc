"""The command line, and the composition root: the only file that may import every folder, inside its commands.

Importing this file loads nothing heavy; each command imports what it needs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.running import back_up, feedback_app, privacy_app, put_back, user_app
from corpus.errors import WegwijzerError

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.service import Assistant
    from assistant.settings import Settings
    from evals.suite import Run

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Antwoorden uit officiële handreikingen, met vindplaats.")
corpus_app = typer.Typer(no_args_is_help=True, help="De teksten.")
index_app = typer.Typer(no_args_is_help=True, help="De index.")
eval_app = typer.Typer(no_args_is_help=True, help="Metingen.")
app.add_typer(corpus_app, name="corpus")
app.add_typer(index_app, name="index")
app.add_typer(eval_app, name="eval")
app.add_typer(feedback_app, name="feedback")
app.add_typer(privacy_app, name="privacy")
app.add_typer(user_app, name="user")
app.command("backup")(back_up)
app.command("restore")(put_back)

DEFAULT_PORT = 7860


def main() -> None:
    """Run a command; an error of our family is shown as message and hint, with exit code 1."""
    try:
        app()
    except WegwijzerError as error:
        from assistant.render import text

        print(text("error", message=error.message), file=sys.stderr)
        print(text("hint", hint=error.hint), file=sys.stderr)
        sys.exit(1)


def _settings() -> Settings:
    from assistant.settings import load_settings

    return load_settings()


def _assistant(version: str | None = None) -> Assistant:
    from assistant.service import Assistant

    return Assistant(_settings(), version)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="De vraag; - leest haar van standaardinvoer.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Eén JSON-object.")] = False,
    batch: Annotated[str | None, typer.Option(help="JSON-regels met id, question, history; - is standaardinvoer.")] = None,
    out: Annotated[str, typer.Option(help="Waar de antwoorden van --batch komen; - is standaarduitvoer.")] = "-",
    index_version: Annotated[str | None, typer.Option(help="Antwoord uit deze indexversie.")] = None,
) -> None:
    """Beantwoord een vraag, met bij elke zin de vindplaats."""
    if (question is None) == (batch is None):
        raise typer.BadParameter("geef een vraag of --batch")
    if batch is not None:
        _ask_batch(batch, out, index_version)
        return
    from assistant.check import refuse
    from assistant.render import render_answer

    asked = sys.stdin.read() if question == "-" else question or ""
    refuse(asked, _settings().max_question_length)
    answer = _assistant(index_version).ask(asked)
    print(answer.model_dump_json() if as_json else render_answer(answer))


def _ask_batch(batch: str, out: str, version: str | None) -> None:
    from assistant.answer import AnswerStatus
    from assistant.batch import answer_batch, read_batch, write_batch
    from corpus.errors import BatchError

    rows = read_batch(batch)
    assistant = _assistant(version)
    answers = list(answer_batch(rows, assistant))
    write_batch(out, [answer.model_dump_json() for answer in answers])
    failed = sum(answer.status == AnswerStatus.ERROR for answer in answers)
    if failed:
        raise BatchError("batch-errors", count=failed, total=len(answers))


@app.command()
def show(locator: str, language: Annotated[str, typer.Option(help="nl of en")] = "nl") -> None:
    """Toon een onderdeel met zijn voetnoten en bronnen."""
    from assistant.render import render_unit
    from corpus.errors import LocatorError
    from corpus.publication import Corpus, load_publications

    if language not in ("nl", "en"):
        raise LocatorError("language-unknown", language=language)
    corpus = Corpus(load_publications(_settings().data.publications))
    print(render_unit(corpus.find(locator), corpus, language))


@app.command()
def serve(host: str = "127.0.0.1", port: int = DEFAULT_PORT) -> None:
    """Start de chat in de browser."""
    from assistant.render import text
    from assistant.serve import require_free_port, run_server

    require_free_port(host, port)
    print(text("loading"), flush=True)
    run_server(_settings(), host, port)


@app.command()
def doctor() -> None:
    """Controleer de installatie en zeg wat er moet gebeuren."""
    from assistant.doctor import examine

    if not examine(_settings()):
        raise typer.Exit(1)


@corpus_app.command("export")
def corpus_export() -> None:
    """Schrijf elk onderdeel als JSON-regel."""
    import json

    from corpus.publication import load_publications

    for publication in load_publications(_settings().data.publications):
        for unit in publication.units:
            row: dict[str, Any] = {"locator": str(unit.locator), "unit": unit.id, "title": unit.title}
            row |= {"page": unit.page, "text": unit.text, "footnotes": list(unit.footnotes)}
            print(json.dumps(row, ensure_ascii=False))


@corpus_app.command("check")
def corpus_check() -> None:
    """Controleer vragenbanken, citaten en dekking."""
    from assistant.render import text
    from corpus.check import findings, unasked
    from corpus.publication import load_publications

    found = 0
    for publication in load_publications(_settings().data.publications):
        problems, open_sentences = findings(publication), unasked(publication)
        for problem in problems:
            print(text("check_finding", publication=publication.id, code=problem.code, where=problem.where, what=problem.what))
        for locator, sentence in open_sentences if publication.bank else []:
            print(text("check_unasked", locator=locator, sentence=sentence))
        values: dict[str, Any] = {"bank": len(publication.bank), "gaps": len(publication.gaps), "open": len(open_sentences)}
        print(text("check_summary", publication=publication.id, findings=len(problems), **values))
        found += len(problems)
    if found:
        raise typer.Exit(1)


@eval_app.command("run")
def eval_run(
    half: Annotated[str, typer.Option(help="dev, test of both.")] = "both",
    ablate: Annotated[bool, typer.Option(help="Ook meten wat elk onderdeel toevoegt.")] = True,
    accept: Annotated[
        bool, typer.Option("--write-baseline", help="Maak de testhelft van deze meting de nieuwe ijklijn.")
    ] = False,
) -> None:
    """Beantwoord de vragen van de meetset en scoor de antwoorden."""
    from importlib.resources import files
    from pathlib import Path

    from assistant.render import text
    from corpus.errors import EvalError
    from evals.baseline import misses, write_baseline
    from evals.report import write_report
    from evals.suite import HALVES, evaluate, write_run

    settings = _settings()
    chosen = [each for each in HALVES if half in (each, "both")]
    if not chosen:
        raise typer.BadParameter("dev, test, both")
    corpus = _assistant().index.corpus
    for each in chosen:
        run = evaluate(settings, each, ablate=ablate, tell=lambda what: print(text("eval_busy", what=what), flush=True))
        folder = write_run(run, settings.data.path / "evals")
        write_report(run, folder, corpus)
        _print_run(run, folder)
        if each == "test" and accept:
            write_baseline(run, Path(str(files("evals"))) / "baseline.json")
        elif each == "test" and (missed := misses(run, corpus)):
            raise EvalError("baseline-missed", misses="; ".join(missed))


@eval_app.command("score")
def eval_score(run: Annotated[str, typer.Argument(help="Naam van een map onder evals/ in de gegevensmap.")]) -> None:
    """Scoor de bewaarde antwoorden van een meting opnieuw."""
    from evals.suite import score_again

    folder = _settings().data.path / "evals" / run
    _print_run(score_again(folder, _assistant()), folder)


@eval_app.command("compare")
def eval_compare(before: str, after: str) -> None:
    """Vergelijk twee metingen, geval voor geval."""
    from assistant.render import text
    from evals.suite import compare

    folder = _settings().data.path / "evals"
    for name, (difference, low, high, n) in compare(folder / before, folder / after).items():
        print(text("eval_difference", name=name, difference=difference, low=low, high=high, n=n))


def _print_run(run: Run, folder: Path) -> None:
    from assistant.render import text
    from evals.suite import WATCHED

    for name, s in run.summary.items():
        print(text("eval_measure", name=name, value=s.value, low=s.low, high=s.high, n=s.n))
    for name, other in run.without.items():
        parts = [f"{m} {other[m].value - run.summary[m].value:+.3f}" for m in WATCHED if m in other and m in run.summary]
        print(text("eval_without", name=name, changes="  ".join(parts)))
    print(text("eval_folder", folder=folder))


@index_app.command("build")
def index_build(
    force: Annotated[bool, typer.Option(help="Alles opnieuw inbedden.")] = False,
    promote: Annotated[bool, typer.Option(help="De nieuwe versie meteen live zetten.")] = False,
) -> None:
    """Bouw een indexversie."""
    from assistant.progress import progress_bars
    from assistant.render import text
    from corpus.publication import load_publications
    from index.build import Builder

    settings = _settings()
    publications = load_publications(settings.data.publications)
    with progress_bars() as progress:
        builder = Builder(settings.data, settings.embedding_model, settings.chroma_url, progress)
        result = builder.build(publications, force=force, promote=promote)
    values: dict[str, Any] = {"version": result.version, "embedded": result.embedded, "reused": result.reused}
    print(text("built" if result.built else "unchanged", **values), text("live" if result.live else "waiting"))


@index_app.command("status")
def index_status() -> None:
    """Toon de indexversies en welke live is."""
    from assistant.render import text

    data = _settings().data
    data.check_format()
    live = data.live()
    if not data.ids():
        print(text("status_none", folder=data.path))
        return
    for version in data.ids():
        manifest = data.manifest(version)
        publications = ", ".join(f"{p['id']} ({p['units']})" for p in manifest["publications"])
        mark = "*" if version == live else " "
        print(
            text(
                "status_line",
                mark=mark,
                version=version,
                built=manifest["built"],
                model=manifest["model"],
                publications=publications,
            )
        )
    print(text("status_legend"))


if __name__ == "__main__":
    main()
