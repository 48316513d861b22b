"""`cabin models`: every model file, where it comes from, and whether it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App
from cabin.cli.model_versions import rollback, use, versions
from cabin.cli.options import json_option
from cabin.cli.output import console, print_json, print_table
from cabin.errors import CabinError, ModelError, Problem, UsageError, nearest

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from cabin.modelstore import ModelEntry, ModelReport

__all__ = ["models"]


@click.group(
    epilog="\b\nExamples:\n  cabin models list\n  cabin models get moonshine-base-en silero-vad\n"
    "  cabin models verify\n  cabin models use /tmp/new-model\n  cabin models rollback"
)
def models() -> None:
    """List, fetch and verify model files, and change the intent model in use."""


models.add_command(use)
models.add_command(rollback)
models.add_command(versions)


@models.command("list", epilog="\b\nExample:\n  cabin models list --json")
@json_option
@click.pass_context
def list_models(ctx: click.Context, as_json: bool) -> None:
    """List every model: what it is for, where from, licence, size, and whether it is here."""
    from cabin.modelstore import inspect_model

    app = ctx.ensure_object(App)
    reports = [(entry, inspect_model(entry, app.model_dir(entry.name), hashes=False)) for entry in _known(app).values()]
    if as_json:
        for entry, report in reports:
            print_json(_as_json(entry, report))
        return
    rows = [
        (entry.name, report.state, f"{entry.download_bytes / 1e6:.0f} MB", entry.licence, entry.purpose)
        for entry, report in reports
    ]
    print_table(("model", "state", "download", "licence", "for"), rows)


@models.command(
    epilog="\b\nExamples:\n  cabin models get moonshine-base-en\n  cabin models get --force vosk-small-en-us"
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--force", is_flag=True, help="Fetch it again even when it is here and whole.")
@json_option
@click.pass_context
def get(ctx: click.Context, names: Sequence[str], force: bool, as_json: bool) -> None:
    """Fetch models, check their SHA-256 and put them into the models folder, whole or not at all.

    An interrupted download goes on where it stopped. One model that cannot be fetched does not keep the others from it.
    """
    from cabin import paths
    from cabin.modelstore import get_model, inspect_model

    app = ctx.ensure_object(App)
    entries = _chosen(app, names)
    folder, downloads = paths.writable_models_dir(app.environ), paths.cache_dir(app.environ) / "downloads"
    problems: list[Problem] = []
    for entry in entries:
        try:
            with _shown(entry.name) as progress:
                fetched = get_model(entry, folder, downloads, progress, force)
        except CabinError as error:
            problems.extend(error.problems)
            continue
        report = inspect_model(entry, folder / entry.name, hashes=False)
        if as_json:
            print_json(_as_json(entry, report) | {"fetched": fetched})
        else:
            click.echo(f"{entry.name}: {'made' if fetched else 'is already'} in {report.folder}")
    if problems:
        raise ModelError(problems)


@models.command(epilog="\b\nExamples:\n  cabin models verify\n  cabin models verify moonshine-base-en --json")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@json_option
@click.pass_context
def verify(ctx: click.Context, names: Sequence[str], as_json: bool) -> None:
    """Hash every file of the models again (without names: of all that are here). Exit code 1 when one differs."""
    from cabin.modelstore import inspect_model

    app = ctx.ensure_object(App)
    problems = []
    for entry in _chosen(app, names) if names else _known(app).values():
        report = inspect_model(entry, app.model_dir(entry.name))
        if report.state == "absent" and not names:
            continue
        if as_json:
            print_json(_as_json(entry, report))
        else:
            click.echo("\t".join((entry.name, report.state, *report.problems)))
        if report.state in ("damaged", "absent"):
            what = f"{entry.name} is {report.state}"
            hint = f"Run 'cabin models get {entry.name}'."
            problems.append(Problem(what, str(report.folder), "; ".join(report.problems[:3]), hint=hint))
    if problems:
        raise ModelError(problems)


def _known(app: App) -> dict[str, ModelEntry]:
    from cabin.modelstore import load_models, models_file

    return load_models(models_file(app.environ))


def _chosen(app: App, names: Sequence[str]) -> list[ModelEntry]:
    known = _known(app)
    unknown = [name for name in names if name not in known]
    if unknown:
        hint = "See 'cabin models list'."
        raise UsageError(Problem(f"no model {name!r}", hint=nearest(name, known) or hint) for name in unknown)
    return [known[name] for name in dict.fromkeys(names)]


def _as_json(entry: ModelEntry, report: ModelReport) -> dict[str, Any]:
    return {
        "model": entry.name,
        "state": report.state,
        "folder": report.folder,
        "problems": report.problems,
        "purpose": entry.purpose,
        "licence": entry.licence,
        "attribution": entry.attribution,
        "sources": [str(source) for source in entry.sources],
        "download_bytes": entry.download_bytes,
        "disk_bytes": report.disk_bytes,
    }


class _Shown:
    """Progress on standard error: a bar on a terminal, one line a step in a pipe."""

    def __init__(self, bar: Bar, name: str) -> None:
        self._bar = bar
        self._name = name
        self._task = bar.add_task(name, total=None)

    def step(self, text: str) -> None:
        """Name the step."""
        if self._bar.console.is_terminal:
            self._bar.update(self._task, description=f"{self._name}: {text}", total=None, completed=0)
        else:
            self._bar.console.print(f"{self._name}: {text}")

    def bytes_done(self, done: int, total: int) -> None:
        """Move the bar."""
        self._bar.update(self._task, completed=done, total=total)


@contextmanager
def _shown(name: str) -> Iterator[_Shown]:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    stderr = console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as bar:
        yield _Shown(bar, name)
