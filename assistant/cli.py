"""The command line, and the composition root: the only file that may import every folder, inside its commands.

Importing this file loads nothing heavy; each command imports what it needs.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.adding import add_command
from assistant.running import back_up, feedback_app, privacy_app, put_back, user_app
from assistant.sources import sources_app
from assistant.suggesting import accept, suggest
from assistant.versions import Measuring, versions_app
from corpus.errors import WegwijzerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.publish import Verdict
    from assistant.service import Assistant
    from assistant.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Antwoorden uit officiële handreikingen, met vindplaats.")
corpus_app = typer.Typer(no_args_is_help=True, help="De teksten.")
eval_app = typer.Typer(no_args_is_help=True, help="Metingen.")
app.add_typer(corpus_app, name="corpus")
corpus_app.command("add")(add_command)
app.add_typer(versions_app, name="index")
app.add_typer(sources_app, name="sources")
app.add_typer(eval_app, name="eval")
app.add_typer(feedback_app, name="feedback")
app.add_typer(privacy_app, name="privacy")
app.add_typer(user_app, name="user")
app.command("backup")(back_up)
corpus_app.command("suggest")(suggest)
corpus_app.command("accept")(accept)
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
    publication: Annotated[str | None, typer.Option(help="Antwoord alleen uit deze publicatie.")] = None,
) -> None:
    """Beantwoord een vraag, met bij elke zin de vindplaats."""
    if (question is None) == (batch is None):
        raise typer.BadParameter("geef een vraag of --batch")
    if batch is not None:
        from assistant.batch import run_batch

        run_batch(batch, out, lambda: _assistant(index_version), publication)
        return
    from assistant.check import refuse
    from assistant.live import print_answer

    asked = sys.stdin.read() if question == "-" else question or ""
    refuse(asked, _settings().max_question_length)
    assistant = _assistant(index_version)
    if as_json:
        print(assistant.ask(asked, publication=publication).model_dump_json())
    else:
        print_answer(assistant, asked, publication)


@app.command()
def show(locator: str, language: Annotated[str, typer.Option(help="nl of en")] = "nl") -> None:
    """Toon een onderdeel met zijn voetnoten en bronnen."""
    from assistant.render import render_unit
    from corpus.errors import LocatorError
    from corpus.fetched import with_fetched
    from corpus.publication import Corpus, load_publications

    if language not in ("nl", "en"):
        raise LocatorError("language-unknown", language=language)
    data = _settings().data
    corpus = Corpus(with_fetched(load_publications(data.publications), data.sources))
    print(render_unit(corpus.find(locator), corpus, language))


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    maintainer: Annotated[bool, typer.Option("--maintainer", help="Met de beheerpagina, alleen voor deze machine.")] = False,
) -> None:
    """Start de chat in de browser."""
    from assistant.render import text
    from assistant.serve import require_free_port, run_server, without_login

    settings = _settings()
    if maintainer:
        without_login(settings, host)
    require_free_port(host, port)
    print(text("loading"), flush=True)
    run_server(settings, host, port, maintainer=maintainer)


@app.command("work", hidden=True)
def maintainers_work() -> None:
    """Doe wat de beheerpagina opdraagt; leest de opdracht van standaardinvoer."""
    from assistant.maintain.tasks import work

    work(Measuring(_judge, _compare))


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
    from evals.printed import print_run
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
        print_run(run, folder)
        if each == "test" and accept:
            write_baseline(run, Path(str(files("evals"))) / "baseline.json")
        elif each == "test" and (missed := misses(run, corpus)):
            raise EvalError("baseline-missed", misses="; ".join(missed))


@eval_app.command("score")
def eval_score(run: Annotated[str, typer.Argument(help="Naam van een map onder evals/ in de gegevensmap.")]) -> None:
    """Scoor de bewaarde antwoorden van een meting opnieuw."""
    from evals.written_command import score_any

    settings = _settings()
    score_any(settings, settings.data.path / "evals" / run, _assistant())


@eval_app.command("model")
def eval_model(
    half: Annotated[str, typer.Option(help="dev of test.")] = "dev",
    limit: Annotated[int | None, typer.Option(min=1, help="Zoveel gevallen (en handlabels) van elke soort.")] = None,
    mode: Annotated[str, typer.Option(help="search, whole of both: wat het model te lezen krijgt.")] = "both",
    judge: Annotated[bool, typer.Option("--judge", help="Laat een tweede model de zinnen beoordelen.")] = False,
) -> None:
    """Beantwoord de meetset met het ingestelde taalmodel en scoor wat het schreef."""
    from evals.suite import HALVES
    from evals.written import MODES
    from evals.written_command import evaluate_model

    halves, modes = [each for each in HALVES if each == half], [each for each in MODES if mode in (each, "both")]
    if not (halves and modes):
        raise typer.BadParameter("dev, test; search, whole, both")
    evaluate_model(_settings(), halves[0], modes, limit, judge)


@eval_app.command("compare")
def eval_compare(before: str, after: str) -> None:
    """Vergelijk twee metingen, geval voor geval."""
    from assistant.render import text
    from evals.suite import compare

    folder = _settings().data.path / "evals"
    for name, (difference, low, high, n) in compare(folder / before, folder / after).items():
        print(text("eval_difference", name=name, difference=difference, low=low, high=high, n=n))


@eval_app.command("pairs")
def eval_pairs(
    half: Annotated[str, typer.Option(help="dev, frozen of learn.")] = "dev",
    held_out: Annotated[bool, typer.Option("--held-out", help="Leer de inhoud zonder de paren die worden gescoord.")] = False,
) -> None:
    """Scoor de controle van geschreven zinnen op gelabelde paren, per soort."""
    from assistant.checking.check import checker_for
    from assistant.render import text
    from evals.pairs import held_out_verdicts, load_pairs, score, verdicts

    index = _assistant().index
    checker = checker_for(index, _settings())
    pairs = load_pairs(half)
    found = held_out_verdicts(checker, pairs, index) if held_out else verdicts(checker, pairs)
    for row in score(pairs, found):
        verdict = text("pairs_dropped" if row.supported else "pairs_caught")
        print(text("eval_pairs", kind=row.kind, verdict=verdict, rate=row.rate, count=row.refused, n=row.n))


@versions_app.callback()
def _index(context: typer.Context) -> None:
    """De index."""
    context.obj = Measuring(_judge, _compare)


def _judge(settings: Settings, version: str) -> Verdict:
    from evals.gate import judge

    return judge(settings, version)


def _compare(settings: Settings, before: str, after: str, tell: Callable[[str], None]) -> dict[str, Any]:
    from dataclasses import asdict

    from evals.compare import compare_versions

    return asdict(compare_versions(settings, before, after, tell=tell))


if __name__ == "__main__":
    main()
