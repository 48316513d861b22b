"""Where files are looked for."""

from __future__ import annotations

from pathlib import Path

from cabin import paths

ROOT = Path(__file__).parents[1]


def test_the_checkout(tmp_path):
    environ = {"HOME": str(tmp_path)}
    assert paths.checkout_dir() == ROOT
    assert paths.config_dir(environ) == ROOT / "config"
    assert paths.config_file("cabin.yaml", environ) == ROOT / "config" / "cabin.yaml"
    assert paths.models_dir("intent", environ) == ROOT / "models" / "intent"
    assert paths.cache_dir(environ) == tmp_path / ".cache" / "cabin"


def test_the_environment_names_a_file_or_a_folder(tmp_path):
    file = tmp_path / "mine.yaml"
    assert paths.config_file("cabin.yaml", {"CABIN_CONFIG": str(file)}) == file
    assert paths.config_file("vehicle.yaml", {"CABIN_CONFIG": str(file)}) is None
    (tmp_path / "vehicle.yaml").write_text("")
    assert paths.config_file("vehicle.yaml", {"CABIN_CONFIG": str(file)}) == tmp_path / "vehicle.yaml"
    assert paths.config_dir({"CABIN_CONFIG": str(tmp_path)}) == tmp_path
    assert paths.config_file("cabin.yaml", {"CABIN_CONFIG": str(tmp_path)}) is None


def test_installed_as_a_package(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "checkout_dir", lambda: None)
    monkeypatch.setattr(paths, "SYSTEM_CONFIG", tmp_path / "etc")
    monkeypatch.setattr(paths, "SYSTEM_DATA", tmp_path / "share")
    environ = {"HOME": str(tmp_path / "home")}
    assert paths.config_dir(environ) is None
    assert paths.config_file("cabin.yaml", environ) is None
    (tmp_path / "etc").mkdir()
    assert paths.config_dir(environ) == tmp_path / "etc"
    assert paths.models_dirs(environ) == (
        tmp_path / "share" / "models",
        tmp_path / "home" / ".local" / "share" / "cabin" / "models",
    )
    (tmp_path / "home" / ".local" / "share" / "cabin" / "models" / "x").mkdir(parents=True)
    assert paths.models_dir("x", environ) == tmp_path / "home" / ".local" / "share" / "cabin" / "models" / "x"
    assert paths.models_dir("x", {"CABIN_MODELS": "/m"}) == Path("/m/x")
    assert paths.cache_dir({"XDG_CACHE_HOME": "/c"}) == Path("/c/cabin")
    assert paths.cache_dir({"CABIN_CACHE": "/c"}) == Path("/c")


def test_state_is_where_systemd_or_the_user_keeps_it(tmp_path):
    assert paths.state_dir({"HOME": str(tmp_path)}) == tmp_path / ".local" / "state" / "cabin"
    assert paths.state_dir({"XDG_STATE_HOME": "/s"}) == Path("/s/cabin")
    assert paths.state_dir({"STATE_DIRECTORY": "/var/lib/cabin:/var/lib/more"}) == Path("/var/lib/cabin")
    assert paths.state_dir({"STATE_DIRECTORY": "/var/lib/cabin", "CABIN_STATE": "/mine"}) == Path("/mine")
