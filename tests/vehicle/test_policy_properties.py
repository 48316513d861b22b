"""What must hold of the policy whatever is said in whatever state: its engine against a second reading of its file."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.assembly import open_catalog
from cabin.bench.policy_oracle import Moment, PolicyOracle, Said
from cabin.bench.policy_world import STATES
from cabin.errors import VehicleError
from cabin.executor import Executor, Request
from cabin.messages import Command
from cabin.plugins import DEFAULT_PLUGINS, load_plugins
from cabin.vehicle.circumstances import SPEAKERS, UNKNOWN_SPEAKER, Circumstances
from cabin.vehicle.driver_state import CONDITIONS
from cabin.vehicle.policy import Trace
from cabin.vehicle.policy_file import BUILT_IN_POLICY, load_policy
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault
from cabin_simcar.settings import SimcarSettings

CATALOG = open_catalog(load_plugins({"CABIN_LOAD_PLUGINS": ",".join(DEFAULT_PLUGINS)}))
SPECS = {path: dataclasses.replace(spec, rate_per_s=None) for path, spec in CATALOG.signals.items()}
POLICY, ORACLE = load_policy(), PolicyOracle(BUILT_IN_POLICY)
ORDER = {"allow": 0, "confirm": 1, "refuse": 2}

states = st.fixed_dictionaries({path: st.sampled_from(values) for path, values in STATES.items()})
silences = st.sets(st.sampled_from([path for path in STATES if "LocalTime" not in path]), max_size=1)
arounds = st.builds(
    Circumstances,
    speaker=st.sampled_from((*SPEAKERS, UNKNOWN_SPEAKER)),
    strictness=st.integers(0, 3),
    driver=st.frozensets(st.sampled_from(CONDITIONS), max_size=2),
)
commands = st.builds(
    Command,
    st.sampled_from(sorted(CATALOG.intents)),
    st.fixed_dictionaries(
        {}, optional={"value": st.sampled_from([10, 81]), "source": st.sampled_from(["tv", "radio"])}
    ),
    st.sampled_from([0.3, 0.5, 0.9]),
)


READ_ONLY = SimulatedCar(SPECS, SimcarSettings(latency_ms=0))
"""For what only judges."""


def car_in(state, silent=(), car=READ_ONLY):
    for path in STATES:
        car.inject(path, None)
    for path, value in state.items():
        car.place(path, value)
    for path in silent:
        car.inject(path, Fault("silent"))
    return car


@settings(max_examples=200)
@given(states, silences, arounds, commands)
def test_two_readings_of_the_file_agree_on_every_command(state, silent, around, command):
    car, intent = car_in(state, silent), CATALOG.intents[command.intent]
    moment = Moment(car.snapshot(), frozenset(silent), around.speaker, around.strictness, around.driver)
    said = Said(command.intent, intent.policy, command.slots, command.confidence)
    expected = "refuse" if ORACLE.refused(said, moment) else "confirm" if ORACLE.asks(said, moment) else "allow"
    verdict = POLICY.judge(command, intent, car, around=around)
    assert verdict.decision == expected
    if expected != "allow":
        assert verdict.reason
        assert verdict.rule == (ORACLE.refused(said, moment) or ORACLE.asks(said, moment))


@settings(max_examples=200)
@given(states, silences, arounds, st.sampled_from(sorted(SPECS)), st.booleans(), st.integers(0, 100))
def test_two_readings_of_the_file_agree_on_every_write(state, silent, around, path, flag, number):
    car, spec = car_in(state, silent), SPECS[path]
    value = flag if spec.datatype == "boolean" else number
    if spec.datatype == "string":
        value = (spec.allowed or ("x",))[number % len(spec.allowed or ("x",))]
    moment = Moment(car.snapshot(), frozenset(silent), around.speaker, around.strictness, around.driver)
    verdict = POLICY.judge_write(path, value, car, around)
    assert verdict.rule == (ORACLE.forbids_write(path, value, moment) or "")


@given(states, arounds, commands)
def test_an_explanation_is_what_was_judged(state, around, command):
    """Keeping what was looked at, in part or whole, changes no verdict; what decided is among what is shown."""
    car, intent = car_in(state), CATALOG.intents[command.intent]
    plain = POLICY.judge(command, intent, car, around=around)
    for trace in (Trace(), Trace(whole=True)):
        assert POLICY.judge(command, intent, car, around=around, trace=trace) == plain
        applied = [finding.verdict for finding in trace.findings if finding.verdict is not None]
        assert (plain in applied) == (plain.decision != "allow")
        for finding in trace.findings:
            holds = [seen.holds for seen in finding.conditions if seen.was_looked_at]
            assert (finding.verdict is None) == any(each is False for each in holds)


@given(states, arounds, commands)
def test_stricter_circumstances_never_loosen(state, around, command):
    car, intent = car_in(state), CATALOG.intents[command.intent]
    tightened = dataclasses.replace(around, strictness=3, driver=around.driver | {"asleep"})
    before, after = (POLICY.judge(command, intent, car, around=each).decision for each in (around, tightened))
    assert ORDER[after] >= ORDER[before]


@settings(max_examples=60)
@given(states, arounds, commands, st.booleans())
def test_nothing_is_written_that_is_not_allowed(state, around, command, yes):
    """Through the executor, with every answer: what changed was allowed, and what was not allowed changed nothing."""
    car = car_in(state, car=SimulatedCar(SPECS, SimcarSettings(latency_ms=0)))
    executor = Executor(CATALOG, POLICY, car)
    for condition in around.driver:
        executor.driver.report("test", condition, max(1, around.strictness))
    before = car.snapshot()
    outcome = executor.execute(command, Request(confirm=lambda _command, _verdict: yes, speaker=around.speaker))
    verdict = POLICY.judge(
        command, CATALOG.intents[command.intent], car_in(state), around=executor.judge.around(around.speaker)
    )
    if verdict.decision == "refuse" or (verdict.decision == "confirm" and not yes):
        assert car.snapshot() == before
        assert outcome.changes == ()
        assert outcome.status in ("refused", "confirm")


@settings(max_examples=60)
@given(states, st.sampled_from(sorted(path for path, spec in SPECS.items() if spec.datatype == "boolean")))
def test_a_gated_car_writes_only_what_the_rules_on_writes_allow(state, path):
    car = car_in(state, car=SimulatedCar(SPECS, SimcarSettings(latency_ms=0)))
    gated = Executor(CATALOG, POLICY, car).gated()
    allowed = POLICY.judge_write(path, True, car).decision == "allow"
    try:
        gated.write(path, True, 100)
    except VehicleError:
        assert not allowed or SPECS[path].kind != "actuator"
    else:
        assert allowed
