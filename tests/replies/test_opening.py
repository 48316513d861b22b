from __future__ import annotations

import json

import pytest

from cabin.config import load_config
from cabin.errors import ConfigError
from cabin.plugins import load_plugins
from cabin.replies.opening import replies_settings


@pytest.fixture(scope="module")
def plugins():
    return load_plugins({"CABIN_LOAD_PLUGINS": "cabin_sound,cabin_hibari"})


def opened(plugins, tmp_path, text):
    file = tmp_path / "cabin.yaml"
    file.write_text(text, encoding="utf-8")
    return replies_settings(plugins, load_config(file, {}, plugins.config_sections()).value)


def test_what_the_processes_are_told(plugins, tmp_path):
    text = "replies: {level: speech, volume_db: -3, speed: 1.2}\nplugins: {speaker: {buffer_ms: 40}}\n"
    made = opened(plugins, tmp_path, text)
    assert made.sink == "cabin_sound:open_speaker"
    assert made.voice == "cabin_hibari:open_voice"
    told = json.loads(json.dumps(made.player_told()))
    assert told["settings"]["options"] == {"buffer_ms": 40.0, "lean": True}
    assert told["gain_db"] == -3
    assert made.voice_told()["settings"] == {"language": "en", "speed": 1.2, "options": {"threads": 1}}


def test_what_is_not_used_is_not_looked_for(plugins, tmp_path):
    assert opened(plugins, tmp_path, "replies: {voice: nobody, sink: nowhere}\n").sink == ""
    made = opened(plugins, tmp_path, "replies: {level: earcon, voice: nobody}\n")
    assert (bool(made.sink), made.voice) == (True, "")
    assert opened(plugins, tmp_path, "replies: {level: speech, sink: none, voice: nobody}\n").sink == ""


def test_all_wrong_names_at_once_with_the_nearest(plugins, tmp_path):
    with pytest.raises(ConfigError) as caught:
        opened(plugins, tmp_path, "replies: {level: speech, sink: speakr, voice: hibary}\n")
    told = [(problem.what, problem.where, problem.hint) for problem in caught.value.problems]
    assert [what for what, _, _ in told] == ["unknown sound sink 'speakr'", "unknown voice 'hibary'"]
    assert [where for _, where, _ in told] == ["cabin.yaml: replies.sink", "cabin.yaml: replies.voice"]
    assert all("Did you mean" in hint for _, _, hint in told)
