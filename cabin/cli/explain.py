"""`cabin explain`: why a command is allowed, asked about or refused, rule by rule."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.live import ask_daemon, client_of, socket_option
from cabin.cli.options import (
    catalog_option,
    checked_text,
    json_option,
    model_option,
    open_app_chain,
    set_option,
    speaker_of,
    speaker_option,
)
from cabin.cli.output import console, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cabin.chain import Chain
    from cabin.executor import Executor
    from cabin.messages import Command
    from cabin.vehicle.explanation import Explanation

__all__ = ["explain"]

_EPILOG = """\b
Examples:
  cabin explain "open the trunk" --set Vehicle.Speed=80
  cabin explain "open the window" --speaker rear_left --set Vehicle.Cabin.IsWindowChildLockEngaged=true
  cabin explain "call mom" --driver drowsy:2 --set Vehicle.Speed=80 --all
  cabin explain --last
"""
_STYLES = {"allow": "green", "confirm": "yellow", "refuse": "red"}


@click.command(epilog=_EPILOG)
@click.argument("words", nargs=-1, metavar="[TEXT]")
@click.option("--last", is_flag=True, help="Explain what the running daemon judged last instead.")
@click.option("--count", type=click.IntRange(1, 16), default=1, show_default=True, help="With --last: how many.")
@click.option("--all", "whole", is_flag=True, help="Show the rules that do not apply too, with what they saw.")
@speaker_option
@click.option(
    "--driver",
    "drivers",
    metavar="CONDITION[:STRICTNESS]",
    multiple=True,
    help="How the driver is: drowsy, distracted, ... with a strictness of 1 to 3 (repeatable).",
)
@json_option
@model_option
@catalog_option
@set_option
@socket_option
@pass_app
def explain(
    app: App,
    *,
    words: tuple[str, ...],
    last: bool,
    count: int,
    whole: bool,
    speaker: str | None,
    drivers: tuple[str, ...],
    as_json: bool,
    model: Path | None,
    catalogs: tuple[Path, ...],
    settings: tuple[str, ...],
    socket: Path | None,
) -> None:
    """Say why a command is allowed, asked about or refused: each rule with its file and line, what it saw and wanted.

    Nothing is done. With --last, what the running daemon judged last is explained, with what it saw then; words that
    were said are shown only to those with the right `transcripts`.
    """
    if last:
        if words or settings or drivers or speaker or catalogs or model:
            raise click.UsageError("--last explains what was; leave out TEXT and what sets things")
        for told in ask_daemon(client_of(app, socket), lambda daemon: daemon.explain(count)):
            _print(told, as_json, whole)
        return
    text = checked_text(words)
    chain = open_app_chain(app, model, catalogs, settings)
    try:
        _report(chain.executor, drivers)
        for told in _explanations(chain, text, speaker_of(speaker)):
            _print(told, as_json, whole)
    finally:
        chain.close()


def _explanations(chain: Chain, text: str, speaker: str) -> Iterator[Explanation]:
    """Yield one for each command in the text. Raises UsageError when there is none."""
    from cabin.errors import Problem, UsageError

    parse = chain.parse(text)
    if not parse.commands:
        what = f"nothing to do is understood ({parse.refused})"
        raise UsageError(Problem(what, seen=repr(text), hint="`cabin parse` tells more."))
    for command in parse.commands:
        told = _explained(chain.executor, command, speaker)
        if told is not None:
            yield told


def _explained(executor: Executor, command: Command, speaker: str) -> Explanation | None:
    from cabin.dialog.reply import say_obstacle
    from cabin.errors import CabinError
    from cabin.messages import Verdict
    from cabin.vehicle.effects import Target, plan
    from cabin.vehicle.explain import explain as explained
    from cabin.vehicle.expressions import CannotAct
    from cabin.vehicle.judging import Judged
    from cabin.vehicle.policy import Trace, strictest

    intent = executor.catalog.intents.get(command.intent)
    if intent is None:
        return None
    judge, vehicle, trace = executor.judge, executor.vehicle, Trace(whole=True)
    around = judge.around(speaker)
    verdict = judge.policy.judge(command, intent, vehicle, executor.hooks.check_policy, around=around, trace=trace)
    targets: tuple[Target, ...] = ()
    try:
        targets = plan(command, intent, vehicle, executor.units).targets
    except CannotAct as obstacle:
        said = Verdict("refuse", say_obstacle(obstacle, command, intent), obstacle.obstacle)
        trace.note(said.rule, "the command", str(intent.where), said)
        verdict = strictest((verdict, said))
    except CabinError:
        pass  # the car lacks the signal, or does not answer: nothing is written, and the reply says so
    for target in targets:
        said = judge.policy.judge_write(target.spec.path, target.computed.value, vehicle, around, trace)
        verdict = strictest((verdict, said))
    return explained(
        Judged(command, intent.title, verdict, tuple(trace.findings), "before acting", around, time.time())
    )


def _report(executor: Executor, drivers: tuple[str, ...]) -> None:
    from cabin.errors import Problem, UsageError

    for told in drivers:
        condition, _, strictness = told.partition(":")
        if strictness and not strictness.isdecimal():
            raise UsageError(Problem("no strictness", "--driver", repr(told), "drowsy:2"))
        executor.driver.report("--driver", condition, int(strictness or 1))


def _print(told: Explanation, as_json: bool, whole: bool) -> None:
    from rich.markup import escape

    from cabin.vehicle.explain import explanation_lines

    if as_json:
        print_json(told)
        return
    show = console()
    for number, line in enumerate(explanation_lines(told, whole)):
        text = escape(line)
        show.print(f"[bold {_STYLES[told.decision]}]{text}[/]" if not number else text)
