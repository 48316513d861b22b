"""What a worker is made from survives the way to it, whatever the configuration holds."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from cabin.config.layers import load_config
from cabin.daemon.hearing_setup import HearingSetup, open_setup
from cabin.wake.opening import hear_now


def test_it_arrives_as_it_was_sent(small_catalog_dir):
    config = load_config(None, {}).value
    environ = {"CABIN_LOAD_PLUGINS": ""}
    setup = HearingSetup(config, MappingProxyType(environ), Path("none"), (small_catalog_dir,), hears=False)
    came = HearingSetup.from_bytes(setup.to_bytes())
    assert came == setup
    parser, hearing, _door = open_setup(came, hear_now(None))
    assert hearing is None
    assert parser.parse("open the window").commands[0].intent == "window.open"
