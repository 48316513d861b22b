"""One sound through a chain, and the chain that is opened for it."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.bench.noise.listening import listen, open_listening_chain
from cabin.cli.app import App
from cabin.errors import CabinError
from cabin.hearing import LazyHearing

SOUND = np.zeros(16_000, dtype=np.float32)


def test_what_is_heard_is_parsed_and_nothing_is_done(chain_that_hears, car):
    before = car.snapshot()
    found = listen(chain_that_hears(lambda _: "open the trunk"), SOUND, "x")
    (heard,) = found.heard
    assert [command.intent for command in heard.parse.commands] == ["trunk.open"]
    assert heard.noticed_s == 1.0
    assert heard.transcript.text == "open the trunk"
    assert min(found.listen_ms, heard.recognize_ms, heard.parse_ms) >= 0
    assert car.snapshot() == before


def test_nobody_speaks(chain_that_hears):
    chain = chain_that_hears(lambda _: "")
    chain.hearing.utterances = lambda blocks, source: iter(())
    assert listen(chain, SOUND, "x").heard == ()


def test_a_chain_without_ears_is_a_mistake(chain_that_hears):
    chain = chain_that_hears(lambda _: "")
    chain.hearing = None
    with pytest.raises(RuntimeError):
        listen(chain, SOUND, "x")


def test_the_chain_has_the_leaning_asked_for_and_a_simulated_car(small_catalog_dir, monkeypatch):
    asked = []

    def load(self):
        asked.append(self)

    monkeypatch.setattr(LazyHearing, "load", load)
    from cabin.assembly import NO_MODEL

    chain = open_listening_chain(App(), "strong", NO_MODEL, (small_catalog_dir,))
    try:
        assert chain.vehicle.name == "simulated"
        assert asked == [chain.hearing]
        assert chain.parse("open the trunk").commands
    finally:
        chain.close()


def test_what_is_wrong_with_the_catalog_is_told(tmp_path):
    with pytest.raises(CabinError):
        open_listening_chain(App(), "off", None, (tmp_path / "nothing",))
