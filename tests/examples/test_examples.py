"""The two stranger's plugins, installed by pip into a folder of their own and found through their entry points."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The folder that both packages are installed into; no network, no other package is touched."""
    pytest.importorskip("setuptools", reason="pip needs setuptools to build the packages without the network")
    copies = tmp_path_factory.mktemp("sources")
    for name in ("cabin-espresso", "cabin-roofbox"):
        copy(EXAMPLES / name, copies / name)
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--target", target, *copies.iterdir()], check=True, timeout=300)
    return target


def copy(source, target):
    """Copy what git would hold: building in place would leave folders in the checkout."""
    for file in source.rglob("*"):
        if file.is_file() and file.suffix in {".py", ".toml", ".yaml", ".md"} and "build" not in file.parts:
            copied = target / file.relative_to(source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(file.read_bytes())


def cabin(installed, *arguments, **environ):
    """Run the command line beside the installed packages, with an empty home."""
    path = os.pathsep.join([str(installed), str(ROOT), str(ROOT / "plugins")])
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": path,
        "HOME": str(installed),
        "CABIN_GUARD_CALL_BUDGET_MS": "30000",
        **environ,
    }
    command = [sys.executable, "-m", "cabin.cli.main", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def objects(result):
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_both_are_found_and_loaded(installed):
    told = {info["name"]: info for info in objects(cabin(installed, "plugins", "--json"))}
    espresso, roofbox = told["espresso"], told["roofbox"]
    assert (espresso["state"], espresso["distribution"], espresso["version"]) == ("loaded", "cabin-espresso", "1.0.0")
    assert espresso["hooks"] == ["catalog_dirs"]
    assert espresso["faults"] == []
    assert Path(espresso["file"]).is_relative_to(installed)
    assert (roofbox["state"], roofbox["faults"]) == ("loaded", [])
    assert {"action roofbox_report", "configuration section roofbox", "command roof-box"} <= set(roofbox["provides"])


def test_restricted_to_one(installed):
    told = objects(cabin(installed, "plugins", "--json", CABIN_LOAD_PLUGINS="roofbox"))
    assert [info["name"] for info in told if info["state"] == "loaded"] == ["roofbox"]


def test_its_command_and_its_section_of_the_configuration(installed, tmp_path):
    only = {"CABIN_LOAD_PLUGINS": "roofbox"}
    assert cabin(installed, "roof-box", **only).stdout == "at most 75 kg\n"
    assert cabin(installed, "roof-box", CABIN_PLUGINS_ROOFBOX_MAX_LOAD_KG="90", **only).stdout == "at most 90 kg\n"
    file = tmp_path / "cabin.yaml"
    file.write_text("plugins:\n  roofbox:\n    max_load_kg: 60.5\n")
    assert cabin(installed, "--config", str(file), "roof-box", **only).stdout == "at most 60.5 kg\n"
    file.write_text("plugins:\n  roofbox:\n    max_load: 900\n")
    wrong = cabin(installed, "--config", str(file), "roof-box", **only)
    assert wrong.returncode == 2
    assert "cabin.yaml:3: unknown key 'plugins.roofbox.max_load'. Did you mean 'max_load_kg'?" in wrong.stderr
    schema = json.loads(cabin(installed, "config", "schema", **only).stdout)
    assert schema["properties"]["plugins"]["properties"]["roofbox"]["properties"]["max_load_kg"]["maximum"] == 200


def test_its_command_stands_in_the_help(installed):
    assert "roof-box" in cabin(installed, "--help", CABIN_LOAD_PLUGINS="roofbox").stdout


SAY = {"CABIN_LOAD_PLUGINS": "cabin_simcar,espresso,roofbox"}


def said(installed, text, *options, **environ):
    """What became of a text, understood by the templates alone."""
    (turn,) = objects(cabin(installed, "say", text, "--model", "none", "--json", *options, **SAY, **environ))
    (outcome,) = turn["outcomes"]
    return outcome


def test_a_device_by_yaml_alone_works_at_once(installed):
    outcome = said(installed, "make me a lungo")
    assert (outcome["intent"], outcome["by"], outcome["status"]) == ("espresso_machine.brew", "template", "done")
    assert {change["path"]: change["after"] for change in outcome["changes"]} == {
        "Vehicle.Cabin.EspressoMachine.IsOn": True,
        "Vehicle.Cabin.EspressoMachine.Drink": "LUNGO",
    }
    assert outcome["reply"] == "One lungo, coming up."


def test_its_numbers_and_its_range(installed):
    outcome = said(installed, "set the espresso machine to ninety degrees")
    (change,) = outcome["changes"]
    assert (change["before"], change["after"], change["confirmed"]) == (92, 90, True)


def test_its_rule_set_holds(installed):
    outcome = said(installed, "make me an espresso", "--set", "Vehicle.Speed=50")
    assert (outcome["status"], outcome["changes"]) == ("refused", [])


def test_a_python_action_with_its_configuration(installed):
    assert said(installed, "how much fits in the roof box")["reply"] == "45 kilograms more fit in the roof box."
    outcome = said(installed, "how much fits in the roof box", CABIN_PLUGINS_ROOFBOX_MAX_LOAD_KG="50")
    assert outcome["reply"] == "20 kilograms more fit in the roof box."


def test_a_rule_in_python(installed):
    assert said(installed, "open the roof box")["status"] == "done"
    outcome = said(installed, "open the roof box", CABIN_PLUGINS_ROOFBOX_MAX_LOAD_KG="20")
    assert (outcome["status"], outcome["verdict"]["rule"]) == ("refused", "roofbox.lid_lifts")
    assert outcome["reply"] == "The roof box is too heavy for its lid."
