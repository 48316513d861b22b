"""Write the pages of docs/reference that are made from the code: hooks.md, config.md, commands.md, intents.md,
control-socket.md, policy-table.md.

python scripts/generate_docs.py            writes them
python scripts/generate_docs.py --check    writes nothing; exit code 1 when one is not what it would write
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from cabin.cli.main import COMMANDS, cli
from cabin.config.fields import MISSING, FieldInfo, section_doc, type_name, walk
from cabin.config.sections import MISPLACED_KEYS, OBSOLETE_KEYS, Budgets, CabinConfig, VehicleConfig
from cabin.hookspecs import CabinSpec
from cabin.plugins import DEFAULT_PLUGINS, load_plugins

__all__ = ["PAGES", "commands_page", "config_page", "hooks_page", "main"]

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.catalog_page import intents_page  # noqa: E402
from scripts.control_page import control_page  # noqa: E402
from scripts.policy_table import policy_table_page  # noqa: E402

REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Made by scripts/generate_docs.py. Change the code and run it again. -->\n"
HELP_WIDTH = 96


def hooks_page() -> str:
    """Return hooks.md: every hook's signature and docstring."""
    module_doc = inspect.getdoc(sys.modules[CabinSpec.__module__]) or ""
    parts = ["# Hooks\n", NOTE, f"{module_doc}\n"]
    hooks = [function for name, function in vars(CabinSpec).items() if not name.startswith("_")]
    parts.append(
        "| hook | |\n|---|---|\n" + "".join(f"| {_link(function)} | {_first(function)} |\n" for function in hooks)
    )
    for function in hooks:
        parts.append(f"## `{_signature(function)}`\n")
        parts.append(f"{inspect.getdoc(function)}\n")
    return "\n".join(parts)


def config_page() -> str:
    """Return config.md: every key of every file with its type, default, bounds and meaning."""
    parts = ["# Configuration\n", NOTE]
    parts.append(
        "Built-in defaults are overridden by the file, the file by the environment: `CABIN_RECOGNIZER_THREADS=2` sets\n"
        "`recognizer.threads` of cabin.yaml, `CABIN_VEHICLE_INTERFACE` sets `interface` of vehicle.yaml,\n"
        "`CABIN_PLUGINS_NAME_KEY` a key of a plugin's section. `cabin config show --origin` tells what holds and why,\n"
        "`cabin config check` every mistake at once, `cabin config schema` the JSON schema for editors.\n"
        "A bare `on`, `off`, `yes` or `no` is a boolean in YAML: where text is wanted it is refused. Unknown keys are\n"
        "errors.\n"
    )
    parts.append(f"## cabin.yaml\n\n{_table(CabinConfig)}")
    sections = load_plugins({"CABIN_LOAD_PLUGINS": ",".join(DEFAULT_PLUGINS)}).config_sections()
    for name, section in sections.items():
        parts.append(f"### plugins.{name}\n\n{section_doc(section)}\n\n{_table(section, f'plugins.{name}.')}")
    parts.append(f"## vehicle.yaml\n\n{_table(VehicleConfig)}")
    parts.append("## policy.yaml\n\nThe rules and their format: the comments at the head of `config/policy.yaml`.\n")
    parts.append(f"## budgets/*.yaml\n\n{section_doc(Budgets)}\n\n{_table(Budgets)}")
    gone = {**OBSOLETE_KEYS, **MISPLACED_KEYS}
    parts.append("## Keys that are elsewhere\n\n| key of cabin.yaml | |\n|---|---|\n" + _rows(gone))
    return "\n".join(parts)


def commands_page() -> str:
    """Return commands.md: the help of every command."""
    parts = ["# Commands\n", NOTE]
    parts.append(
        "`--json` prints one object a line on standard output and nothing else there; progress, warnings and the log\n"
        "go to standard error. Colour is used on a terminal only; `NO_COLOR` switches it off.\n"
        "Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 130 interrupted.\n"
    )
    parts.append(_help(cli, "cabin", None))
    root = _context(cli, "cabin", None)
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        parts.extend(_helps(command, name, root))
    return "\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "hooks.md": hooks_page,
    "config.md": config_page,
    "commands.md": commands_page,
    "intents.md": lambda: intents_page(NOTE),
    "control-socket.md": lambda: control_page(NOTE),
    "policy-table.md": lambda: policy_table_page(NOTE),
}


def _signature(function: Any) -> str:
    signature = inspect.signature(function)
    parameters = [parameter for name, parameter in signature.parameters.items() if name != "self"]
    name: str = function.__name__
    return name + str(signature.replace(parameters=parameters)).replace("'", "")


def _first(function: Any) -> str:
    return (inspect.getdoc(function) or "").partition("\n")[0]


def _link(function: Any) -> str:
    kept = (letter for letter in _signature(function).lower() if letter.isalnum() or letter in " _-")
    return f"[{function.__name__}](#{''.join(kept).replace(' ', '-')})"


def _table(section: type[Any], prefix: str = "") -> str:
    rows = ["| key | type | default | meaning |\n|---|---|---|---|\n"]
    for path, info in walk(section, prefix):
        rows.append(f"| `{path}` | {_cell(_type(info))} | {_default(info)} | {_cell(info.doc)} |\n")
    return "".join(rows)


def _type(info: FieldInfo) -> str:
    return f"{type_name(info.type)}, {info.bounds}" if info.bounds else type_name(info.type)


def _default(info: FieldInfo) -> str:
    if info.default is MISSING:
        return "must be given"
    default = dict(info.default) if isinstance(info.default, Mapping) else info.default
    return f"`{default}`" if isinstance(default, str) else f"`{json.dumps(default, default=str)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _rows(table: Mapping[str, str]) -> str:
    return "".join(f"| `{key}` | {text} |\n" for key, text in table.items())


def _help(command: click.Command, name: str, parent: click.Context | None) -> str:
    context = _context(command, name, parent)
    path = context.command_path
    if command is cli:
        # the list of plugins' commands is left out: it depends on what is installed
        context.obj = _without_plugins()
    return f"## {path}\n\n```text\n{command.get_help(context)}\n```\n"


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    return click.Context(command, info_name=name, parent=parent, terminal_width=HELP_WIDTH, **command.context_settings)


def _without_plugins() -> Any:
    from cabin.cli.app import App

    app = App()
    app.environ["CABIN_LOAD_PLUGINS"] = ""
    return app


def _helps(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    yield _help(command, name, parent)
    if isinstance(command, click.Group):
        context = _context(command, name, parent)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from _helps(found, child, context)


def main(arguments: list[str]) -> int:
    """Write or check the pages; return the exit code."""
    stale = []
    for name, page in PAGES.items():
        file, text = REFERENCE / name, page()
        if file.is_file() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            part = file.with_name(f".{name}.part")
            part.write_text(text, encoding="utf-8")
            part.replace(file)
    print(f"{'stale' if '--check' in arguments else 'written'}: {', '.join(stale) or 'none'}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
