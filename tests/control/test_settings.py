from __future__ import annotations

import pytest

from cabin.config import load_config
from cabin.config.layers import load_control_config
from cabin.control.settings import ControlConfig
from cabin.errors import ConfigError


def write(tmp_path, text):
    file = tmp_path / "cabin.yaml"
    file.write_text(text)
    return file


def test_nobody_is_listed_at_first():
    config = ControlConfig()
    assert (config.watch, config.talk, config.command, config.admin, config.transcripts) == ((), (), (), (), ())


def test_everything_that_can_be_written(tmp_path):
    who = '["self", "everyone", "user:driver", "uid:1000", "group:audio", "gid:29"]'
    file = write(tmp_path, f"control: {{socket: my.sock, watch: {who}, max_clients: 3}}")
    for config in (load_config(file, {}).value.control, load_control_config(file, {}).value):
        assert len(config.watch) == 6
        assert config.socket == tmp_path / "my.sock"
        assert config.max_clients == 3


@pytest.mark.parametrize("entry", ["root", "user:", "uid:x", "uid:-1", "gid:12345678901", "user:a b", "", "Everyone"])
def test_who_is_nobody_is_told_with_its_line(tmp_path, entry):
    file = write(tmp_path, f'control:\n  talk: ["self", "{entry}"]\n  admin: ["nobody!"]\n')
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    told = str(caught.value)
    assert f"{file}:2" in told
    assert f"{file}:3" in told
    assert "control.talk: not somebody" in told


def test_the_section_can_be_read_when_others_are_wrong(tmp_path):
    file = write(tmp_path, "recogniser: {}\ncontrol: {max_clients: 5}\n")
    assert load_control_config(file, {"CABIN_CONTROL_BURST": "7"}).value == ControlConfig(max_clients=5, burst=7)
    with pytest.raises(ConfigError, match="max_client"):
        load_control_config(write(tmp_path, "control: {max_client: 5}"), {})
    assert load_control_config(None, {}).value == ControlConfig()
    assert load_control_config(write(tmp_path, "[1]"), {}).value == ControlConfig()
