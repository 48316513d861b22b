"""What the commands share that speak to the running daemon."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from cabin.cli.app import App
    from cabin.control.client import CabinClient
    from cabin.control.protocol import Speaker
    from cabin.control.turns import TurnData

__all__ = ["ask_daemon", "client_of", "print_turn_data", "say_live", "socket_option"]

Answer = TypeVar("Answer")

socket_option = click.option(
    "--socket",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The daemon's socket, when it is not where cabin.yaml says.",
)


def client_of(app: App, socket: Path | None = None, timeout_s: float = 10.0) -> CabinClient:
    """Return a client, not yet connected, of the daemon at `socket` or where cabin.yaml says.

    Only section `control` is read, so that a daemon can be asked whatever else is wrong. Raises ConfigError.
    """
    from cabin.config.layers import load_control_config
    from cabin.control.client import CabinClient

    config = load_control_config(app.config_file("cabin.yaml"), app.environ).value
    return CabinClient(socket, timeout_s=timeout_s, config=config, environ=app.environ)


def ask_daemon(client: CabinClient, ask: Callable[[CabinClient], Awaitable[Answer]]) -> Answer:
    """Connect, ask, disconnect. Raises ControlError (exit code 1) when no daemon runs or it refuses."""

    async def asked() -> Answer:
        async with client:
            return await ask(client)

    return asyncio.run(asked())


def say_live(app: App, texts: Iterable[str], as_json: bool, yes: bool, speaker: Speaker = "unknown") -> bool:
    """Have the daemon act on texts, one after the other, and show each turn; return whether no command failed."""

    async def say_all(daemon: CabinClient) -> bool:
        went_well = True
        for text in texts:
            went_well &= print_turn_data(await daemon.say(text, "yes" if yes else "ask", speaker), as_json)
        return went_well

    return ask_daemon(client_of(app), say_all)


def print_turn_data(turn: TurnData, as_json: bool, spoken: bool = False) -> bool:
    """Write a turn as `cabin say` does, `spoken` as `cabin hear`; return whether no command of it failed."""
    from cabin.cli.output import console, print_json, to_plain
    from cabin.cli.turns import print_turn
    from cabin.control.turns import turn_of

    if as_json:
        told = to_plain(turn)
        print_json(told if spoken else {key: told[key] for key in told if key not in ("heard", "transcript")})
    else:
        print_turn(console(), turn_of(turn))
    return all(outcome.status != "failed" for outcome in turn.outcomes)
