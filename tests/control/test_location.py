from __future__ import annotations

from pathlib import Path

import pytest

from cabin.control import location
from cabin.control.location import bind_path, connect_paths
from cabin.control.settings import ControlConfig
from cabin.errors import ConfigError


def test_what_is_configured_comes_first(tmp_path):
    config = ControlConfig(socket=tmp_path / "s")
    environ = {"RUNTIME_DIRECTORY": "/run/x", "XDG_RUNTIME_DIR": "/run/y", "HOME": "/h"}
    assert bind_path(config, environ) == tmp_path / "s"
    assert connect_paths(config, environ) == (tmp_path / "s",)


def test_the_folder_that_systemd_made(tmp_path):
    assert bind_path(ControlConfig(), {"RUNTIME_DIRECTORY": f"{tmp_path}:/other"}) == tmp_path / "control.sock"


def test_the_systems_folder_if_it_can_be_written_else_the_users(tmp_path, monkeypatch):
    monkeypatch.setattr(location, "SYSTEM_DIR", tmp_path / "cabin")
    environ = {"XDG_RUNTIME_DIR": str(tmp_path / "user"), "HOME": str(tmp_path)}
    assert bind_path(ControlConfig(), environ) == tmp_path / "cabin" / "control.sock"
    monkeypatch.setattr(location, "SYSTEM_DIR", Path("/proc/none/cabin"))
    assert bind_path(ControlConfig(), environ) == tmp_path / "user" / "cabin" / "control.sock"
    assert bind_path(ControlConfig(), {"HOME": str(tmp_path)}) == tmp_path / ".cache" / "cabin" / "run" / "control.sock"


def test_a_client_looks_at_the_users_daemon_first_then_the_systems():
    paths = connect_paths(ControlConfig(), {"XDG_RUNTIME_DIR": "/run/user/5", "HOME": "/h"})
    assert paths == (
        Path("/run/user/5/cabin/control.sock"),
        Path("/h/.cache/cabin/run/control.sock"),
        Path("/run/cabin/control.sock"),
    )


def test_every_place_of_a_daemon_is_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(location, "SYSTEM_DIR", Path("/proc/none/cabin"))
    for environ in ({"XDG_RUNTIME_DIR": str(tmp_path), "HOME": "/h"}, {"HOME": "/h"}):
        assert bind_path(ControlConfig(), environ) in connect_paths(ControlConfig(), environ)


def test_a_path_that_no_socket_can_have():
    with pytest.raises(ConfigError, match="107 bytes"):
        bind_path(ControlConfig(socket=Path("/tmp") / ("x" * 120)))
