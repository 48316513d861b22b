from __future__ import annotations

from pathlib import Path

import pytest

from cabin.config.plain import bind_plain
from cabin.errors import ConfigError
from cabin_can.settings import CanSettings


def test_an_empty_section_is_the_first_bus_of_the_kernel():
    found = bind_plain(CanSettings, {}, "interfaces.can")
    assert (found.interface, found.channel, found.dbc, found.map) == (
        "socketcan",
        "can0",
        Path("cabin.dbc"),
        Path("can.yaml"),
    )


def test_more_options_reach_the_bus():
    assert bind_plain(CanSettings, {"options": {"bitrate": 500000}}, "interfaces.can").options["bitrate"] == 500000


@pytest.mark.parametrize("section", [{"chanel": "can0"}, {"stale_ms": 0}, {"options": 5}])
def test_mistakes_are_told_with_their_key(section):
    with pytest.raises(ConfigError, match=r"interfaces\.can"):
        bind_plain(CanSettings, section, "interfaces.can")
