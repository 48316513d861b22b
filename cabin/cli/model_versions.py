"""`cabin models use / rollback / versions`: the intent model replaced in one step, and put back when it fails."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.live import ask_daemon, client_of, socket_option
from cabin.cli.options import catalog_option, json_option
from cabin.cli.output import print_json, print_table
from cabin.errors import CabinError, ControlError, ModelError, Problem, UsageError, nearest

if TYPE_CHECKING:
    from cabin.modelstore.versions import Versions

__all__ = ["rollback", "use", "versions"]

_RELOAD_S = 130.0


@click.command(
    epilog="\b\nExamples:\n  cabin models use /tmp/new-model\n  cabin models use 20261122-010203-ab12cd34ef\n"
    "  sudo cabin models use ./intent --no-reload"
)
@click.argument("source", metavar="DIR|NAME")
@click.option("--no-reload", is_flag=True, help="Do not ask the running daemon to take it.")
@catalog_option
@json_option
@socket_option
@pass_app
def use(
    app: App, *, source: str, no_reload: bool, catalogs: tuple[Path, ...], as_json: bool, socket: Path | None
) -> None:
    """Put another intent model in use: a folder, a version of `cabin models versions`, or another model's name.

    It is checked (SHA-256, catalog), tried on a sentence, copied beside the one in use and put in its place in one
    step. The running daemon tests it before it takes it; when it does not pass, the one before is put back, and the
    reason told with exit code 1 or 2.
    """
    kept = _versions(app)
    folder = kept.add(_folder(app, kept, source))
    _try(app, folder, catalogs)
    _change(app, kept, lambda: kept.use(folder), _Asked(not no_reload, socket, as_json))


@click.command(epilog="\b\nExample:\n  cabin models rollback")
@click.option("--no-reload", is_flag=True, help="Do not ask the running daemon to take it.")
@catalog_option
@json_option
@socket_option
@pass_app
def rollback(app: App, *, no_reload: bool, catalogs: tuple[Path, ...], as_json: bool, socket: Path | None) -> None:
    """Put the intent model in use that was before. Doing it twice comes back."""
    kept = _versions(app)
    if kept.previous is not None:
        _try(app, kept.previous, catalogs)
    _change(app, kept, kept.rollback, _Asked(not no_reload, socket, as_json))


@click.command(epilog="\b\nExample:\n  cabin models versions --json")
@json_option
@pass_app
def versions(app: App, *, as_json: bool) -> None:
    """List the versions of the intent model: which one is in use, and which one a rollback would take."""
    found = _versions(app).all()
    if as_json:
        for each in found:
            print_json({**vars(each), "folder": str(each.folder)})
        return
    rows = [
        (
            each.name,
            "in use" if each.in_use else "previous" if each.is_previous else "",
            f"{each.size_bytes / 1e6:.1f} MB",
            str(each.folder),
        )
        for each in found
    ]
    print_table(("version", "", "size", "folder"), rows)


class _Asked:
    """What the command line wants besides."""

    def __init__(self, reload: bool, socket: Path | None, as_json: bool) -> None:
        self.reload, self.socket, self.as_json = reload, socket, as_json


def _versions(app: App) -> Versions:
    from cabin.modelstore.versions import Versions

    return Versions(app.model_dir(app.config.parser.model))


def _folder(app: App, kept: Versions, source: str) -> Path:
    """Return the folder that DIR or NAME means. Raises UsageError with the nearest name."""
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    known = {each.name: each.folder for each in kept.all()}
    if source in known:
        return known[source]
    named = app.model_dir(source)
    if "/" not in source and (named / "model.json").is_file():
        return named
    hint = nearest(source, known) or "`cabin models versions` lists the versions; `cabin model build` makes a new one."
    raise UsageError(Problem("neither a folder nor a version", source, expected=", ".join(known), hint=hint))


def _try(app: App, folder: Path, catalogs: tuple[Path, ...]) -> None:
    from cabin.modelstore.trial import try_model

    try_model(app.plugins, app.config, folder, catalogs, app.model_dir)


def _change(app: App, kept: Versions, change: Callable[[], Any], asked: _Asked) -> None:
    """Change the version in use and have the daemon take it; put the one before back when it does not."""
    before = kept.previous
    change()
    old = kept.previous if kept.previous != kept.current else None
    reloaded = False
    if asked.reload:
        try:
            reloaded = _reload(app, asked.socket)
        except CabinError as error:
            raise _put_back(kept, old, before, error) from error
    gone = kept.prune()
    new = kept.current
    if asked.as_json:
        told = {"in_use": new.name if new else "", "previous": old.name if old else "", "daemon": reloaded}
        print_json({**told, "removed": gone})
        return
    sys.stdout.write(f"in use: {new.name if new else ''}\n")
    if not reloaded:
        sys.stdout.write("no daemon took it: it is used from the next start on\n")


def _reload(app: App, socket: Path | None) -> bool:
    """Have the daemon take what is in place; return False when none runs. Raises CabinError when it refuses."""
    try:
        ask_daemon(client_of(app, socket, _RELOAD_S), lambda daemon: daemon.reload())
    except ControlError as error:
        if socket is None and error.problems and error.problems[0].what == "no daemon runs":
            return False
        raise
    return True


def _put_back(kept: Versions, old: Path | None, before: Path | None, error: CabinError) -> CabinError:
    """Undo a change; return the error that says why, and that it was undone."""
    new = kept.current
    name = new.name if new is not None else ""
    if old is not None:
        kept.restore(old, before)
        hint = f"{old.name} is in use again."
    else:
        hint = "There is no version to go back to."
    problems = [Problem(f"the daemon does not take {name}", hint=hint), *error.problems]
    if error.exit_code == 2:
        return UsageError(problems)
    return ModelError(problems)
