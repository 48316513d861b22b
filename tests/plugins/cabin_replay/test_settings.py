from __future__ import annotations

from pathlib import Path

import pytest

from cabin.config.plain import bind_plain
from cabin.errors import ConfigError
from cabin_replay.settings import RecordingSettings, ReplaySettings


def test_a_file_is_needed():
    for kind in (RecordingSettings, ReplaySettings):
        with pytest.raises(ConfigError, match="file"):
            bind_plain(kind, {}, "interfaces.replay")


def test_values_are_taken():
    assert bind_plain(RecordingSettings, {"file": "a", "keep": 0}, "i") == RecordingSettings(Path("a"), keep=0)
    assert bind_plain(ReplaySettings, {"file": "a", "start_ms": 5}, "i") == ReplaySettings(Path("a"), 5.0)
