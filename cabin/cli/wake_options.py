"""What the commands of `cabin wake` share: which detector, which phrase, and the ears that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from cabin.chain import Chain
    from cabin.cli.app import App
    from cabin.config import CabinConfig
    from cabin.hearing import LazyHearing
    from cabin.wake.config import WakeConfig
    from cabin.wake.hearing import WakefulHearing

__all__ = ["detector_options", "wake_chain", "wake_config", "wakeful"]

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--phrase", metavar="WORDS", help="The wake phrase, instead of the one in cabin.yaml or in DIR."),
    click.option(
        "--detector",
        "folder",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Use this network, made by `cabin wake build`.",
    ),
    click.option("--recognizer", is_flag=True, help="Use the recognizer; with --detector, both: what either hears."),
)


def detector_options(command: Command) -> Command:
    """Give a command --phrase, --detector and --recognizer."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def wake_config(app: App, phrase: str | None, folder: Path | None, recognizer: bool) -> CabinConfig:
    """Return the configuration with waking by phrase as the options want it. Raises CabinError."""
    from cabin.wake.package import read_info

    config = app.config
    wake: WakeConfig = replace(config.wake, mode="phrase")
    if recognizer:
        wake = replace(wake, detector="recognizer")
    if folder is not None:
        wake = replace(
            wake, detector="both" if recognizer else "network", model=folder, phrase=read_info(folder).phrase
        )
    if phrase is not None:
        wake = replace(wake, phrase=phrase, sounds_like=())
    return replace(config, wake=wake)


def wakeful(app: App, config: CabinConfig, hearing: LazyHearing) -> WakefulHearing:
    """Return hearing behind the gate that a configuration describes. Raises ConfigError, ModelError."""
    from cabin.messages import Utterance
    from cabin.wake.hearing import WakefulHearing
    from cabin.wake.opening import hear_now, open_door

    hear = hear_now(lambda samples: hearing.recognize(Utterance(samples, 0.0, 0.0, "head"), 1))
    door = open_door(app.plugins, config.wake, hear)
    assert door is not None, "mode is phrase"
    return WakefulHearing(hearing, door, config.endpoint)


def wake_chain(app: App, config: CabinConfig, model: Path | None = None) -> tuple[Chain, WakefulHearing]:
    """Make the chain behind the gate, on a simulated car. Raises CabinError."""
    from cabin.assembly import open_chain
    from cabin.config import VehicleConfig
    from cabin.hearing import LazyHearing

    car = VehicleConfig(units=app.vehicle_config.units)
    policy = app.config_file("policy.yaml")
    chain = open_chain(app.plugins, config, car, policy_file=policy, model=model, model_dir=app.model_dir)
    assert isinstance(chain.hearing, LazyHearing)
    hearing = wakeful(app, config, chain.hearing)
    chain.hearing = hearing
    return chain, hearing
