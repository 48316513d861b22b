"""The plugin manager: each hook by its own test, and what badly behaved plugins do to it (nothing)."""

# ruff: noqa: PLW0108 - builtins cannot be marked as hooks, so they stand in lambdas
from __future__ import annotations

import importlib
import inspect
import sys
import threading
import types
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from cabin.errors import PluginError, VehicleError
from cabin.hookspecs import CabinSpec, hookimpl
from cabin.messages import Command, Outcome, SignalChange, Verdict
from cabin.plugins import GuardSettings, PluginManager
from cabin.plugins.manager import HOOK_ORDER

OPEN = Command("window.open")
DONE = Outcome(OPEN, "done", "Opening the window.")
CHANGE = SignalChange("Vehicle.Speed", 0.0, 1.0, 1.0, True)
PATIENT = GuardSettings(load_budget_ms=60_000, call_budget_ms=60_000)


def plugin(**hooks):
    """A module with these hooks."""
    module = types.ModuleType("made_here")
    for name, function in hooks.items():
        setattr(module, name, hookimpl(function))
    return module


def managed(settings=PATIENT, **plugins):
    manager = PluginManager(settings)
    for name, module in plugins.items():
        manager.load(name, lambda module=module: module)
    manager.register_all()
    return manager


def whats(manager):
    return [(fault.plugin, fault.hook, fault.what) for fault in manager.faults()]


def state(manager, name):
    return next(info.state for info in manager.infos() if info.name == name)


@dataclass(frozen=True)
class Section:
    level: int = 1


def test_hook_catalog_dirs(tmp_path):
    manager = managed(
        a=plugin(catalog_dirs=lambda: [tmp_path]),
        b=plugin(catalog_dirs=lambda: []),
        c=plugin(catalog_dirs=lambda: str(tmp_path)),
        d=plugin(catalog_dirs=lambda: [tmp_path / "none"]),
    )
    assert manager.catalog_dirs() == [("a", tmp_path)]
    assert [(plugin, what.split(":")[0]) for plugin, _, what in whats(manager)] == [
        ("c", "did not return a list of pathlib.Path"),
        ("d", "named a folder that does not exist"),
    ]


def test_hook_register_config():
    manager = managed(
        a=plugin(register_config=lambda register: register("lamp", Section)),
        b=plugin(register_config=lambda register: register("bad", dict)),
    )
    assert manager.config_sections() == {"lamp": Section}
    assert whats(manager) == [("b", "register_config", "section 'bad' is no frozen dataclass")]


def test_hook_configure():
    seen = []

    def take(sections):
        seen.append(dict(sections))

    manager = managed(
        a=plugin(register_config=lambda register: register("lamp", Section), configure=take),
        b=plugin(configure=take),
        c=plugin(configure=lambda: 1 / 0),
    )
    manager.configure(PATIENT, {"lamp": Section(3)})
    assert seen == [{"lamp": Section(3)}, {}]
    assert [(name, hook) for name, hook, _ in whats(manager)] == [("c", "configure")]


def check_registering(hook, registry):
    def factory(*arguments):
        return arguments

    manager = managed(
        a=plugin(**{hook: lambda register: register("thing", factory, "one line")}),
        b=plugin(**{hook: lambda register: register("thing", print)}),
    )
    entry = getattr(manager, registry).get("thing")
    assert (entry.plugin, entry.summary) == ("a", "one line")
    assert manager.call(entry, 1, 2) == (1, 2)
    ((name, at, what),) = whats(manager)
    assert (name, at) == ("b", hook)
    assert what.endswith("'thing' is already registered by plugin 'a'")


def test_hook_register_sound_sources():
    check_registering("register_sound_sources", "sound_sources")


def test_hook_register_sound_sinks():
    check_registering("register_sound_sinks", "sound_sinks")


def test_hook_register_voices():
    check_registering("register_voices", "voices")


def test_hook_register_recognizers():
    check_registering("register_recognizers", "recognizers")


def test_hook_register_wake_detectors():
    check_registering("register_wake_detectors", "wake_detectors")


def test_hook_register_inference_backends():
    check_registering("register_inference_backends", "inference_backends")


def test_hook_register_quantizers():
    check_registering("register_quantizers", "quantizers")


def test_hook_register_vehicles():
    check_registering("register_vehicles", "vehicles")


def test_hook_register_actions():
    check_registering("register_actions", "actions")


def test_hook_register_monitors():
    check_registering("register_monitors", "monitors")


def test_hook_register_commands():
    def good(cli):
        cli.add_command(click.Command("wash"))
        cli.add_command(click.Command("say"))

    manager = managed(
        a=plugin(register_commands=good),
        b=plugin(register_commands=lambda cli: cli.add_command(click.Command("wash"))),
        c=plugin(register_commands=lambda cli: sys.exit(1)),
    )
    commands = manager.commands(reserved=("say",))
    assert set(commands) == {"wash"}
    assert manager.commands() is commands
    assert whats(manager) == [
        ("a", "register_commands", "command 'say' is already that of cabin itself"),
        ("b", "register_commands", "command 'wash' is already that of a"),
        ("c", "register_commands", "called sys.exit(1)"),
    ]


def test_hook_check_policy():
    seen = []

    def watching(command, vehicle):
        seen.append((command, vehicle))

    manager = managed(
        a=plugin(check_policy=watching),
        b=plugin(check_policy=lambda command: Verdict("confirm", "Shall I?", "ask")),
        c=plugin(check_policy=lambda: Verdict("allow")),
    )
    assert manager.check_policy(OPEN, "car") == Verdict("confirm", "Shall I?", "ask")
    assert seen == [(OPEN, "car")]
    assert PluginManager().check_policy(OPEN, "car") == Verdict("allow")


@pytest.mark.parametrize(
    "rule",
    [lambda: 1 / 0, lambda: sys.exit(), lambda: "allow", lambda: Verdict("perhaps"), lambda: True],
    ids=["raises", "exits", "text", "no decision", "a boolean"],
)
def test_a_rule_that_cannot_be_asked_forbids(rule):
    manager = managed(a=plugin(check_policy=lambda: Verdict("allow")), bad=plugin(check_policy=rule))
    for _ in range(5):  # also once it is quarantined
        verdict = manager.check_policy(OPEN, "car")
        assert (verdict.decision, verdict.rule) == ("refuse", "bad.check_policy")
        assert "bad" in verdict.reason
    assert state(manager, "bad") == "quarantined"


def test_a_rule_that_hangs_forbids():
    release = threading.Event()
    manager = managed(
        GuardSettings(call_budget_ms=20, load_budget_ms=60_000), bad=plugin(check_policy=lambda: release.wait())
    )
    try:
        assert manager.check_policy(OPEN, "car").decision == "refuse"
        assert manager.check_policy(OPEN, "car").decision == "refuse"
        assert state(manager, "bad") == "quarantined"
    finally:
        release.set()


def test_hook_compose_reply():
    manager = managed(
        first=plugin(compose_reply=lambda outcome: f"first {outcome.status}"),
        wrong=plugin(compose_reply=lambda: 3),
        silent=plugin(compose_reply=lambda: None),
        broken=plugin(compose_reply=lambda: 1 / 0),
    )
    assert manager.compose_reply(DONE) == "first done"
    assert [(name, what) for name, _, what in whats(manager)] == [
        ("broken", "raised ZeroDivisionError: division by zero"),
        ("wrong", "returned int, not text"),
    ]
    assert PluginManager().compose_reply(DONE) is None


def test_the_plugin_loaded_last_words_the_reply():
    manager = managed(a=plugin(compose_reply=lambda: "a"), b=plugin(compose_reply=lambda: "b"))
    assert manager.compose_reply(DONE) == "b"


def test_hook_observe_outcome():
    seen = []
    manager = managed(
        a=plugin(observe_outcome=lambda: 1 / 0), b=plugin(observe_outcome=lambda outcome: seen.append(outcome))
    )
    manager.observe_outcome(DONE)
    assert seen == [DONE]
    assert [name for name, _, _ in whats(manager)] == ["a"]


def test_hook_observe_signal():
    seen = []
    manager = managed(
        a=plugin(observe_signal=lambda: sys.exit()), b=plugin(observe_signal=lambda change: seen.append(change))
    )
    manager.observe_signal(CHANGE)
    assert seen == [CHANGE]


def test_every_hook_has_its_test():
    hooks = [name for name in vars(CabinSpec) if not name.startswith("_")]
    here = sys.modules[__name__]
    missing = [name for name in hooks if not inspect.isfunction(getattr(here, f"test_hook_{name}", None))]
    assert missing == []


def test_the_order_in_which_hooks_fire(tmp_path):
    """Loading fires each hook for all plugins, in the order loaded, before the next; commands come when asked for."""
    fired = []
    called_later = (
        "configure",
        "register_commands",
        "check_policy",
        "compose_reply",
        "observe_signal",
        "observe_outcome",
    )

    def noting(plugin_name):
        def note(hook, result=None):
            return lambda: fired.append((hook, plugin_name)) or result

        hooks = {hook: note(hook, [] if hook == "catalog_dirs" else None) for hook in HOOK_ORDER}
        return plugin(**hooks, **{hook: note(hook) for hook in called_later})

    manager = managed(a=noting("a"), b=noting("b"))
    manager.configure(PATIENT)
    manager.commands()
    manager.check_policy(OPEN, "car")
    manager.observe_signal(CHANGE)
    manager.compose_reply(DONE)
    manager.observe_outcome(DONE)
    loading = [
        "catalog_dirs",
        "register_config",
        "register_sound_sources",
        "register_sound_sinks",
        "register_voices",
        "register_recognizers",
        "register_wake_detectors",
        "register_inference_backends",
        "register_quantizers",
        "register_vehicles",
        "register_actions",
        "register_monitors",
        "configure",
        "register_commands",
    ]
    assert fired[: 2 * len(loading)] == [(hook, name) for hook in loading for name in ("a", "b")]
    acting = ["check_policy", "observe_signal", "compose_reply", "observe_outcome"]
    assert fired[2 * len(loading) :] == [(hook, name) for hook in acting for name in ("b", "a")]
    assert {*loading, *acting} == {name for name in vars(CabinSpec) if not name.startswith("_")}


@pytest.mark.parametrize(
    ("module", "told"),
    [
        (types.ModuleType("empty"), "implements no hook"),
        (plugin(catalog_dirz=lambda: []), "has no hook to implement named 'catalog_dirz'. Did you mean 'catalog_dirs'"),
        (plugin(check_policy=lambda kommand: None), "kommand"),
        (None, "names nothing"),
    ],
    ids=["no hook", "unknown hook", "unknown argument", "nothing"],
)
def test_what_is_no_plugin(module, told):
    manager = managed(bad=module, good=plugin(compose_reply=lambda: "good"))
    assert told in whats(manager)[0][2]
    assert state(manager, "bad") == "failed"
    assert manager.compose_reply(DONE) == "good"


def test_hook_wrappers_are_refused():
    module = types.ModuleType("wrapping")

    @hookimpl(wrapper=True)
    def compose_reply():
        return (yield)

    module.compose_reply = compose_reply
    manager = managed(bad=module)
    assert "wrappers" in whats(manager)[0][2]


def test_a_plugin_that_cannot_be_imported_is_told(tmp_path, monkeypatch):
    (tmp_path / "exits_at_import.py").write_text("import sys\nsys.exit('bye')\n")
    monkeypatch.syspath_prepend(tmp_path)
    manager = PluginManager(PATIENT)
    manager.load("exits", lambda: importlib.import_module("exits_at_import"))
    manager.load("absent", lambda: importlib.import_module("there_is_no_such_module"))
    manager.register_all()
    assert [(name, hook) for name, hook, _ in whats(manager)] == [("exits", "import"), ("absent", "import")]
    assert {info.state for info in manager.infos()} == {"failed"}


def test_a_name_taken_by_another_package_is_a_fault():
    manager = PluginManager(PATIENT)
    manager.load("lamp", lambda: plugin(compose_reply=lambda: "ours"), "cabin-lamp")
    manager.load("lamp", lambda: plugin(compose_reply=lambda: "theirs"), "cabin-other")
    assert "package 'cabin-other' brings a plugin of the same name" in whats(manager)[0][2]
    assert manager.compose_reply(DONE) == "ours"


def test_a_plugin_that_swallows_the_error_has_the_fault_all_the_same():
    def stubborn(register):
        register("thing", print)
        try:
            register("thing", print)
        except PluginError:
            register("other", print)

    manager = managed(a=plugin(register_actions=stubborn))
    assert manager.actions.names() == ("thing", "other")
    assert len(manager.faults()) == 1


def test_what_is_registered_after_the_hook_was_given_up_on_does_not_count():
    release, done = threading.Event(), threading.Event()

    def late(register):
        release.wait()
        try:
            register("late", print)
        finally:
            done.set()

    manager = managed(GuardSettings(load_budget_ms=20), a=plugin(register_actions=late))
    release.set()
    assert done.wait(10)
    assert "late" not in manager.actions


def test_calling_what_was_registered():
    def register_all(register):
        register("fine", lambda number: number + 1)
        register("broken", lambda: 1 / 0)
        register("refused", refuse)

    def refuse():
        raise VehicleError("the car says no")

    manager = managed(a=plugin(register_actions=register_all))
    assert manager.call(manager.actions.get("fine"), 1) == 2
    with pytest.raises(PluginError, match="'broken' of plugin 'a' raised ZeroDivisionError"):
        manager.call(manager.actions.get("broken"))
    with pytest.raises(VehicleError, match="the car says no"):
        manager.call(manager.actions.get("refused"))
    assert len(manager.faults()) == 1


def test_infos_tell_what_a_plugin_brings(tmp_path):
    module = plugin(catalog_dirs=lambda: [Path(tmp_path)], register_actions=lambda register: register("vent", print))
    module.__file__ = "/there/made_here.py"
    manager = PluginManager(PATIENT)
    manager.load("a", lambda: module, "cabin-a", "1.2")
    manager.note_left_out("b", "cabin-b", "0.1")
    manager.note_missing("c", "nobody brings it")
    manager.register_all()
    first, third, second = manager.infos()
    assert (first.name, first.version, first.distribution, first.file) == ("a", "1.2", "cabin-a", "/there/made_here.py")
    assert first.hooks == ("catalog_dirs", "register_actions")
    assert first.provides == (f"catalog {tmp_path}", "action vent")
    assert first.calls == 3
    assert first.spent_ms >= 0
    assert (second.name, second.state) == ("b", "left out")
    assert (third.name, third.state, third.faults[0].what) == ("c", "failed", "nobody brings it")
