"""What sounds finished and what does not, from what recognizer and parser make of it at the first pause."""

from __future__ import annotations

import pytest

from cabin.audio.endpoint_config import EndpointConfig
from cabin.daemon.completeness import completeness, window_s
from cabin.messages import Command, Parse

COMMAND = (Command("window.open", {}),)


def parsed(text, confidence=0.98):
    return Parse(text, COMMAND, confidence=confidence)


@pytest.mark.parametrize(
    ("text", "parse", "sounds"),
    [
        ("Open the passenger window.", parsed(""), "complete"),
        ("turn it on", parsed(""), "complete"),
        ("open the window please", parsed(""), "complete"),
        ("Open the passenger window to", parsed(""), "unfinished"),
        ("set the temperature to", Parse("", refused="unclear"), "unfinished"),
        ("open the", Parse("", refused="unclear"), "unfinished"),
        ("set the temperature to twenty", parsed(""), ""),
        ("set the temperature to 22", parsed(""), ""),
        ("open the window", parsed("", confidence=0.6), ""),
        ("did you feed the cat", Parse("", refused="chatter"), ""),
        ("", Parse("", refused="chatter"), ""),
    ],
)
def test_how_it_sounds(text, parse, sounds):
    assert completeness(text, parse) == sounds


def test_the_window_is_shorter_or_longer_and_never_the_other_way_round():
    config = EndpointConfig()
    assert window_s(config, "complete") < window_s(config, "") == config.end_s < window_s(config, "unfinished")
    short = EndpointConfig(end_s=0.4, pause_s=0.35)
    assert window_s(short, "complete") == window_s(short, "") == 0.4
    long = EndpointConfig(end_s=2.0)
    assert window_s(long, "unfinished") == 2.0
