"""ALSA's configuration without what loads video encoders."""

from __future__ import annotations

from pathlib import Path

import pytest

from cabin_sound.alsa_config import lean_config, use_lean_config

NAMES = ("10-rate-lav.conf", "10-speexrate.conf", "50-pulseaudio.conf", "60-a52-encoder.conf", "99-mine.conf")


@pytest.fixture
def system(tmp_path):
    """ALSA's files as Debian has them: a main file that names the folder."""
    folder = tmp_path / "conf.d"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_text("", encoding="utf-8")
    config = tmp_path / "alsa.conf"
    config.write_text(f'@hooks [ {{ func load files [ "{folder}" "/etc/asound.conf" ] }} ]\n', encoding="utf-8")
    return config, folder


def test_only_converters_and_encoders_are_left_out(system):
    config, folder = system
    lean = lean_config(config.read_text(encoding="utf-8"), folder, sorted(folder.glob("*.conf")))
    assert f'"{folder}/50-pulseaudio.conf"' in lean
    assert f'"{folder}/99-mine.conf"' in lean
    assert '"/etc/asound.conf"' in lean
    assert not [part for part in ("rate", "a52") if part in lean]


def test_the_environment_names_a_file_that_can_be_read(system):
    environ = {}
    assert use_lean_config(environ, *system)
    assert "99-mine.conf" in Path(environ["ALSA_CONFIG_PATH"]).read_text(encoding="utf-8")


def test_a_configuration_that_somebody_chose_is_kept(system):
    environ = {"ALSA_CONFIG_PATH": "/etc/other.conf"}
    assert not use_lean_config(environ, *system)
    assert environ == {"ALSA_CONFIG_PATH": "/etc/other.conf"}


@pytest.mark.parametrize("text", ["", "nothing of a folder\n"])
def test_one_that_is_otherwise_is_left_alone(system, text):
    config, folder = system
    config.write_text(text, encoding="utf-8")
    environ = {}
    assert not use_lean_config(environ, config, folder)
    config.unlink()
    assert not use_lean_config(environ, config, folder)
    assert not use_lean_config(environ, config, folder / "none")
    assert environ == {}
