from __future__ import annotations

import datetime

import pytest

from cabin.config import load_config
from cabin.errors import ConfigError
from cabin.replies.settings import RepliesConfig, clock_time


def test_nothing_is_heard_unless_configured():
    assert RepliesConfig().level == "text"


def test_times_of_day():
    assert clock_time("22:05") == datetime.time(22, 5)
    assert clock_time("") is None
    with pytest.raises(ValueError, match="25"):
        clock_time("25:00")


def test_all_mistakes_at_once(tmp_path):
    file = tmp_path / "cabin.yaml"
    file.write_text('replies: {quiet_from: "10 pm", quiet_to: "24:10", speed: 3, level: loud}\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    told = " ".join(map(str, caught.value.problems))
    assert all(word in told for word in ("replies.speed", "replies.level"))
    file.write_text('replies: {quiet_from: "10 pm", quiet_to: "24:10"}\n', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    told = " ".join(map(str, caught.value.problems))
    assert "quiet_from" in told
    assert "quiet_to" in told


@pytest.mark.parametrize("given", [{"quiet_from": "22:00"}, {"quiet_to": "06:00"}])
def test_quiet_hours_have_two_ends(given):
    with pytest.raises(ConfigError, match="a start and an end"):
        RepliesConfig(**given)
