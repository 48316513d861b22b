"""`cabin`: the command line. Commands are imported when they are run, so that `cabin --help` starts at once.

Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import difflib
import errno
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from cabin import __version__
from cabin.cli.app import App
from cabin.cli.output import print_error
from cabin.errors import CabinError, PluginError, Problem

__all__ = ["COMMANDS", "cli", "main"]

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("cabin.cli.demo:demo", "Play bundled recordings through the whole chain against the simulated car."),
    "hear": ("cabin.cli.hear:hear", "Hear sound files: what was said, understood and done."),
    "say": ("cabin.cli.say:say", "Act on a text as if it had been heard."),
    "parse": ("cabin.cli.parse:parse", "Turn texts into commands; nothing is done."),
    "model": ("cabin.cli.model:model", "Build, evaluate and look at the intent model."),
    "bench": ("cabin.cli.bench:bench", "Measure what is heard and done, on recordings and in noise."),
    "wake": ("cabin.cli.wake:wake", "Train, try and measure the wake phrase."),
    "models": ("cabin.cli.models:models", "List, fetch and verify model files."),
    "monitor": ("cabin.cli.monitor:monitor", "Put a recorded drive before the monitors of car and driver."),
    "explain": ("cabin.cli.explain:explain", "Say why a command is allowed or refused, rule by rule."),
    "plugins": ("cabin.cli.plugins:plugins", "List the plugins loaded, or begin a new one."),
    "config": ("cabin.cli.config:config", "Check and show the configuration."),
    "doctor": ("cabin.cli.doctor:doctor", "Say what is wrong with this installation and what to do."),
    "run": ("cabin.cli.run:run", "Run the daemon: listen, understand, act, until told to stop."),
    "status": ("cabin.cli.status:status", "Show how the running daemon is."),
    "watch": ("cabin.cli.watch:watch", "Print what happens in the running daemon."),
    "talk": ("cabin.cli.talk:talk", "Push to talk: have the running daemon listen now."),
    "cancel": ("cabin.cli.cancel:cancel", "Have the running daemon drop what it is at."),
    "reload": ("cabin.cli.reload:reload", "Have the running daemon read its configuration anew."),
    "record": ("cabin.cli.record:record", "Have the running daemon write utterances to disk, or not."),
    "privacy": ("cabin.cli.privacy:privacy", "Show what of the driver is kept, or remove it."),
    "stop": ("cabin.cli.stop:stop", "End the running daemon."),
    "completion": ("cabin.cli.completion:completion", "Print completion for bash or zsh."),
}
"""Name -> where the command is, and its line in the help."""

EPILOG = """\b
Examples:
  cabin demo
  cabin say "open the driver window halfway"
  cabin hear recording.wav --json
  cabin doctor
"""


class CabinGroup(click.Group):
    """Built-in commands by the table above; any other name is looked for among the plugins' commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the built-in names in the table's order, then those of plugins."""
        return [*COMMANDS, *sorted(self._plugin_commands(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return self._plugin_commands(ctx).get(cmd_name)
        module_name, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module_name), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for a wrong name say the nearest."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            close = difflib.get_close_matches(name, self.list_commands(ctx), n=2)
            hint = f" Did you mean {' or '.join(map(repr, close))}?" if close else " See `cabin --help`."
            raise click.UsageError(f"No such command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])
        added = self._plugin_commands(ctx)
        if added:
            with formatter.section("Commands of plugins"):
                formatter.write_dl([(name, command.get_short_help_str(80)) for name, command in sorted(added.items())])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands without importing them, and the options once a dash is written."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        named = {name: summary for name, (_, summary) in COMMANDS.items()}
        named |= {name: command.get_short_help_str() for name, command in self._plugin_commands(ctx).items()}
        return [CompletionItem(name, help=text) for name, text in named.items() if name.startswith(incomplete)]

    def _plugin_commands(self, ctx: click.Context) -> dict[str, click.Command]:
        return ctx.ensure_object(App).plugins.commands(reserved=COMMANDS)


@click.group(cls=CabinGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "config_path", type=click.Path(path_type=Path), help="Read this cabin.yaml (or its folder).")
@click.option("-v", "--verbose", is_flag=True, help="Write the log to standard error.")
@click.version_option(__version__, prog_name="cabin", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, config_path: Path | None, verbose: bool) -> None:
    """Voice commands for vehicles, on the device, offline."""
    ctx.ensure_object(App).take_options(config_path, verbose)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code."""
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    verbose = _is_verbose(sys.argv[1:] if arguments is None else arguments)
    _set_up_logging(verbose)
    try:
        result: Any = cli.main(args=arguments, prog_name="cabin", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except CabinError as error:
        print_error(error)
        return error.exit_code
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        error.show(sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return _quiet_pipe()
    except OSError as error:
        if error.errno == errno.EPIPE:
            return _quiet_pipe()
        print_error(CabinError(Problem(error.strerror or str(error), where=str(error.filename or ""))))
        return 1
    except Exception as error:
        if verbose:
            raise
        what = f"internal error ({type(error).__name__}: {error})"
        print_error(PluginError(Problem(what, hint="Run again with --verbose for the traceback and report it.")))
        return 1


def _is_verbose(arguments: Sequence[str]) -> bool:
    """Whether --verbose stands before the command: the log is needed before click has read the options."""
    skip = False
    for word in arguments:
        if skip:
            skip = False
        elif word == "--config":
            skip = True
        elif word in ("-v", "--verbose"):
            return True
        elif not word.startswith("-"):
            return False
    return False


def _set_up_logging(verbose: bool) -> None:
    """Warnings to standard error as one line each; with --verbose everything, with the time since the start."""
    form = "%(relativeCreated)6.0f ms %(name)s: %(message)s" if verbose else "warning: %(message)s"
    if "_CABIN_COMPLETE" in os.environ:  # the shell is asking: nothing may come between
        logging.disable()
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, stream=sys.stderr, format=form)


def _quiet_pipe() -> int:
    """Let nothing more be written when the reader of the pipe is gone (`cabin ... | head`)."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    main()
