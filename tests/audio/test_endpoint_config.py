"""Section `endpoint`: every mistake is told at once, and whatever passes can be followed by an endpointer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.audio.endpoint_config import CUT_WINDOW_S, EndpointConfig
from cabin.errors import ConfigError

SECONDS = st.floats(-1, 40, allow_nan=False)


def test_every_mistake_at_once():
    with pytest.raises(ConfigError) as caught:
        EndpointConfig(start_s=0, pause_s=2, end_s=1, end_probability=0.9, max_utterance_s=1)
    where = {problem.where for problem in caught.value.problems}
    assert where == {"start_s", "pause_s", "end_probability", "max_utterance_s"}


@given(st.builds(dict, pause_s=SECONDS, end_s=SECONDS, margin_s=SECONDS, max_utterance_s=SECONDS))
def test_what_passes_makes_sense_together(values):
    try:
        config = EndpointConfig(**values)
    except ConfigError as error:
        assert {problem.where for problem in error.problems} <= set(values)
        return
    assert 0 < config.pause_s <= config.end_s
    assert 0 < config.margin_s <= 1
    assert config.max_utterance_s > 2 * CUT_WINDOW_S
