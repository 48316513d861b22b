"""`cabin config`: check, show and describe the configuration."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.output import print_json, print_table, to_plain
from cabin.errors import ConfigError, Problem

__all__ = ["config"]


@click.group(
    epilog="\b\nExamples:\n  cabin config check\n  cabin config show --origin\n  cabin config schema vehicle.yaml"
)
def config() -> None:
    """Check and show the configuration.

    Built-in defaults are overridden by the files, the files by the environment: CABIN_RECOGNIZER_THREADS=2 sets
    recognizer.threads of cabin.yaml. Files are looked for in CABIN_CONFIG (or --config), config/ of a checkout and
    /etc/cabin.
    """


@config.command(epilog="\b\nExamples:\n  cabin config check\n  cabin config check /etc/cabin/cabin.yaml --json")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file on standard output.")
@pass_app
def check(app: App, files: tuple[Path, ...], as_json: bool) -> None:
    """Check FILES, or all files in use, and tell every mistake at once. Exit code 2 when there is one.

    The kind is told by the name: vehicle.yaml, policy.yaml, a file in a folder budgets; any other is a cabin.yaml.
    """
    from cabin.config.check import check_file, config_files

    problems: list[Problem] = []
    for file in files or config_files(app.environ):
        found = check_file(file, app.plugins, app.environ)
        problems += found
        if as_json:
            told = [{**to_plain(problem), "text": str(problem)} for problem in found]
            print_json({"file": file, "ok": not found, "problems": told})
        elif not found:
            sys.stdout.write(f"{file}: ok\n")
    if not files and not config_files(app.environ) and not as_json:
        sys.stdout.write("no configuration file: built-in defaults\n")
    if problems:
        raise ConfigError(problems)


@config.command(
    epilog="\b\nExamples:\n  cabin config show\n  cabin config show --origin\n  cabin config show recognizer --json"
)
@click.argument("section", default="")
@click.option("--origin", is_flag=True, help="Also say where each value comes from.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a key on standard output.")
@pass_app
def show(app: App, section: str, origin: bool, as_json: bool) -> None:
    """Show what holds, key by key; SECTION (a key or the beginning of one) shows only that part."""
    rows = [row for row in _rows(app) if not section or row[0] == section or row[0].startswith(f"{section}.")]
    if section and not rows:
        from cabin.errors import UsageError, nearest

        known = [key for key, _, _ in _rows(app)]
        tops = sorted({key.partition(".")[0] for key in known})
        raise UsageError(
            Problem(f"no key {section!r}", hint=nearest(section, [*known, *tops]) or f"Known: {', '.join(tops)}.")
        )
    if as_json:
        for key, value, source in rows:
            print_json({"key": key, "value": value, "origin": source})
        return
    columns = ("key", "value", "origin") if origin else ("key", "value")
    print_table(columns, [(key, _written(value), source)[: len(columns)] for key, value, source in rows])


@config.command(epilog="\b\nExamples:\n  cabin config schema > cabin.schema.json\n  cabin config schema vehicle.yaml")
@click.argument("file", type=click.Choice(["cabin.yaml", "vehicle.yaml", "budgets"]), default="cabin.yaml")
@pass_app
def schema(app: App, file: str) -> None:
    """Print the JSON schema of a file, sections of plugins included, for editors that check YAML."""
    from cabin.config.schema import schema_of

    sys.stdout.write(json.dumps(schema_of(file, app.plugins.config_sections()), indent=2) + "\n")


def _rows(app: App) -> list[tuple[str, Any, str]]:
    from cabin.config import load_config, load_vehicle_config

    cabin = load_config(app.config_file("cabin.yaml"), app.environ, app.plugins.config_sections())
    vehicle = load_vehicle_config(app.config_file("vehicle.yaml"), app.environ)
    rows = list(_leaves(cabin.value, "", cabin.origins))
    return rows + [
        (f"vehicle.{key}", value, source) for key, value, source in _leaves(vehicle.value, "", vehicle.origins)
    ]


def _leaves(value: Any, path: str, origins: Mapping[str, str]) -> Iterator[tuple[str, Any, str]]:
    """Yield (key path, value, origin); sections of plugins are dataclasses in a mapping."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _leaves(getattr(value, field.name), f"{path}.{field.name}" if path else field.name, origins)
    elif path in origins:
        yield path, value, origins[path]
    elif isinstance(value, Mapping):
        for name, entry in value.items():
            yield from _leaves(entry, f"{path}.{name}", origins)


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(to_plain(value), ensure_ascii=False)
