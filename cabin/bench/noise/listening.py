"""One sound through the hearing chain: voice detector, endpointer, recognizer, parser; with times of the processor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from cabin.chain import Chain
from cabin.joint import understand
from cabin.messages import SAMPLE_RATE_HZ, Parse, Transcript, Utterance

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    from cabin.cli.app import App
    from cabin.messages import Samples

__all__ = ["Heard", "Listened", "listen", "open_listening_chain"]

_BLOCK = 512
"""32 ms, as a microphone gives them."""


@dataclass(frozen=True)
class Heard:
    """One utterance that the endpointer cut out."""

    utterance: Utterance
    transcript: Transcript
    parse: Parse
    noticed_s: float
    """Where in the sound the endpointer had decided that it was over."""
    recognize_ms: float
    """Processor time, as all times here."""
    parse_ms: float


@dataclass(frozen=True)
class Listened:
    """What came of one sound."""

    heard: tuple[Heard, ...]
    listen_ms: float
    """Voice detector and endpointer, over the whole sound."""


def listen(chain: Chain, samples: Samples, source: str) -> Listened:
    """Play a sound, shape (n,), to the chain as a microphone would; nothing is done in the car. Raises CabinError."""
    hearing = chain.hearing
    if hearing is None:
        raise RuntimeError("this chain was made without hearing")
    given = 0

    def blocks() -> Iterator[Samples]:
        nonlocal given
        for begin in range(0, len(samples), _BLOCK):
            given = min(len(samples), begin + _BLOCK)
            yield samples[begin : begin + _BLOCK]

    found: list[Heard] = []
    spent_s = 0.0
    begun_s = time.process_time()
    for utterance in hearing.utterances(blocks(), source):
        noticed_s, heard_s = given / SAMPLE_RATE_HZ, time.process_time()
        transcript = hearing.recognize(utterance)
        recognized_s = time.process_time()
        transcript, parse = understand(chain.parser, transcript)
        parsed_s = time.process_time()
        times_ms = (1000 * (recognized_s - heard_s), 1000 * (parsed_s - recognized_s))
        found.append(Heard(utterance, transcript, parse, noticed_s, *times_ms))
        spent_s += parsed_s - heard_s
    return Listened(tuple(found), 1000 * (time.process_time() - begun_s - spent_s))


def open_listening_chain(app: App, bias: str, model: Path | None, catalogs: tuple[Path, ...]) -> Chain:
    """Make the chain of the configuration with another leaning, on a simulated car, loaded. Raises CabinError."""
    import dataclasses

    from cabin.assembly import open_chain
    from cabin.config import VehicleConfig

    recognizer = app.config.recognizer
    leaning = dataclasses.replace(recognizer.bias, strength=cast("Literal['off', 'light', 'strong']", bias))
    config = dataclasses.replace(app.config, recognizer=dataclasses.replace(recognizer, bias=leaning))
    car = VehicleConfig(units=app.vehicle_config.units)
    policy = app.config_file("policy.yaml")
    chain = open_chain(
        app.plugins, config, car, policy_file=policy, model=model, catalogs=catalogs, model_dir=app.model_dir
    )
    chain.load()
    return chain
