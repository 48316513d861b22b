"""A conversation with the first-party devices, in a simulated car, on a clock that the test moves."""

from __future__ import annotations

import re

import pytest

from cabin.assembly import NO_MODEL, open_chain
from cabin.chain import Chain
from cabin.config import CabinConfig, VehicleConfig
from cabin.dialog.session import Session
from cabin.messages import Command, Parse
from cabin.plugins import load_plugins
from cabin.slm.text import normalize


def read_command(text):
    """Read "window.open position=rear value=50"."""
    intent, *slots = text.split()
    pairs = (slot.split("=") for slot in slots)
    return Command(intent, {name: float(v) if re.fullmatch(r"-?[\d.]+", v) else v for name, v in pairs})


class Understands:
    """A parser to which commands are spelled: "window.open position=rear + ac.on"; all else is unclear."""

    def __init__(self):
        self.known = {}

    def parse(self, text):
        if re.match(r"[a-z_]+\.[a-z_]+\b", text):
            return Parse(text, tuple(read_command(each) for each in text.split(" + ")))
        return self.known.get(normalize(text), Parse(text, refused="unclear"))


class Talk:
    """One conversation."""

    def __init__(self, chain, parser):
        self.chain, self.parser, self.car = chain, parser, chain.vehicle
        self.now_s, self.events = 100.0, []
        self.session = Session(chain.executor.catalog, clock=lambda: self.now_s, observers=[self.events.append])

    def say(self, *texts, **options):
        """Say texts, a second apart; return the last turn."""
        for text in texts:
            self.now_s += 1
            turn = self.chain.say(text, session=self.session, **options)
        return turn

    def did(self, turn):
        return [(outcome.command.intent, dict(outcome.command.slots), outcome.status) for outcome in turn.outcomes]


@pytest.fixture(scope="session")
def opened():
    whole = open_chain(load_plugins({}), CabinConfig(), VehicleConfig(), model=NO_MODEL)
    yield whole
    whole.close()


@pytest.fixture(scope="session")
def catalog(opened):
    return opened.executor.catalog


@pytest.fixture(scope="session")
def command():
    return read_command


@pytest.fixture
def talk(opened):
    before = opened.vehicle.snapshot()
    parser = Understands()
    yield Talk(Chain(parser, opened.executor), parser)
    for path, value in before.items():
        opened.vehicle.place(path, value)
