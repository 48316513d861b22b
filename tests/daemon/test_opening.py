"""The parts out of configuration and command line; a wrong configuration leaves everything as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from cabin.cli.app import App
from cabin.daemon.opening import again, open_budgets, open_parts, open_source, setup_of, source_name
from cabin.daemon.options import RunOptions
from cabin.daemon.sources import FileSource, SocketSource
from cabin.errors import ConfigError, UsageError
from cabin.template_parser import TemplateParser


@pytest.fixture
def app(tmp_path):
    made = App()
    (tmp_path / "cabin.yaml").write_text("daemon: {source: none, budget: own}\n", encoding="utf-8")
    made.environ |= {"CABIN_CONFIG": str(tmp_path / "cabin.yaml"), "CABIN_LOAD_PLUGINS": "cabin_simcar"}
    return made


def test_sources(app, tmp_path):
    assert source_name(app, RunOptions()) == "none"
    assert open_source(app, RunOptions()) is None
    assert not setup_of(app, RunOptions()).hears
    (tmp_path / "a.wav").touch()
    assert isinstance(open_source(app, RunOptions(source=f"file:{tmp_path}")), FileSource)
    assert isinstance(open_source(app, RunOptions(source=f"socket:{tmp_path}/s")), SocketSource)
    assert setup_of(app, RunOptions(source="socket:x")).hears
    with pytest.raises(ConfigError, match="--source"):
        source_name(app, RunOptions(source="radio"))


def test_the_budget_is_the_file_that_is_named_or_built_in(app, tmp_path):
    built_in = open_budgets(app).resident_mib
    (tmp_path / "budgets").mkdir()
    (tmp_path / "budgets" / "own.yaml").write_text(f"resident_mib: {built_in + 1}\n", encoding="utf-8")
    assert open_budgets(app).resident_mib == built_in + 1


def test_a_reload_keeps_the_car_and_what_was_said(app, small_catalog, small_catalog_dir):
    options = RunOptions(catalogs=(small_catalog_dir,), settings=("Vehicle.Speed=30",))
    parser = TemplateParser(small_catalog)
    parts = open_parts(app, options, parser, lambda _event: None, lambda: "normal")
    assert parts.car.read("Vehicle.Speed").value == 30
    parts.chain.say("open the window 20", session=parts.session)
    new = open_parts(app, options, parser, lambda _event: None, lambda: "normal", parts)
    assert new.car.car is parts.car.car
    assert new.session.done == parts.session.done
    with pytest.raises(UsageError):
        open_parts(app, RunOptions(catalogs=(small_catalog_dir,), settings=("x",)), parser, print, lambda: "normal")
    parts.car.close()


def test_a_wrong_configuration_changes_nothing(app, tmp_path):
    before = app.config
    (tmp_path / "cabin.yaml").write_text("nonsense: 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="nonsense"):
        again(app, lambda made: made.config)
    assert app.config is before
    Path(tmp_path / "cabin.yaml").write_text("daemon: {source: none, act_s: 3}\n", encoding="utf-8")
    assert again(app, lambda made: made.config).config.daemon.act_s == 3
