"""docs/reference/policy-table.md: every action against the states of car, driver and speaker, judged by the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cabin.assembly import open_catalog
from cabin.catalog.schema import Catalog, Intent
from cabin.messages import Command
from cabin.plugins import DEFAULT_PLUGINS, load_plugins
from cabin.vehicle.circumstances import Circumstances
from cabin.vehicle.interface import VehicleInterface
from cabin.vehicle.policy import Policy
from cabin.vehicle.policy_file import load_policy

__all__ = ["STATES", "State", "policy_table_page", "verdict_in"]

_DRIVING = {
    "Vehicle.Powertrain.Transmission.SelectedGear": 127,
    "Vehicle.Chassis.ParkingBrake.IsEngaged": False,
}


@dataclass(frozen=True)
class State:
    """One column."""

    name: str
    about: str
    signals: Mapping[str, Any] = field(default_factory=dict)
    speaker: str = "unknown"
    strictness: int = 0
    driver: frozenset[str] = frozenset()


def _driving(speed: float, **signals: Any) -> dict[str, Any]:
    return {"Vehicle.Speed": speed, **_DRIVING, **signals}


STATES = (
    State("parked", "gear P, parking brake on, driver in the seat, by day, nobody known to speak from elsewhere"),
    State("stopped", "standing in gear D without parking brake, as at a red light", _driving(0.0)),
    State("reverse", "rolling back at 5 km/h in reverse", _driving(-5.0) | {next(iter(_DRIVING)): -1}),
    State("50", "50 km/h in gear D", _driving(50.0)),
    State("140", "140 km/h in gear D", _driving(140.0)),
    State(
        "no driver",
        "parked, nobody in the driver's seat",
        {"Vehicle.Cabin.Seat.Row1.DriverSide.OccupancyStatus": "EMPTY"},
    ),
    State("passenger", "parked, the passenger speaks", speaker="passenger"),
    State(
        "child",
        "parked, a rear seat speaks, child lock on",
        {"Vehicle.Cabin.IsWindowChildLockEngaged": True},
        speaker="rear_left",
    ),
    State("valet", "parked in valet mode", {"Vehicle.IsValetModeActive": True}),
    State("workshop", "parked in workshop mode", {"Vehicle.Service.IsWorkshopModeActive": True}),
    State("night", "parked at 23:00", {"Vehicle.CurrentLocation.LocalTime": "23:00"}),
    State(
        "distracted",
        "50 km/h, strictness 1 for a distracted driver",
        _driving(50.0),
        strictness=1,
        driver=frozenset({"distracted"}),
    ),
    State(
        "drowsy",
        "50 km/h, strictness 2 for a drowsy driver",
        _driving(50.0),
        strictness=2,
        driver=frozenset({"drowsy"}),
    ),
    State(
        "asleep",
        "50 km/h, strictness 3 for a driver who is asleep",
        _driving(50.0),
        strictness=3,
        driver=frozenset({"asleep"}),
    ),
)
"""The columns. What differs from `parked` is told."""

_WORDS = {"allow": "yes", "confirm": "ask", "refuse": "no"}


def policy_table_page(note: str) -> str:
    """Return the page."""
    policy = load_policy()
    plugins = load_plugins({"CABIN_LOAD_PLUGINS": ",".join(DEFAULT_PLUGINS)})
    catalog = open_catalog(plugins)
    car: Any = plugins.call(plugins.vehicles.get("simulated", "docs"), catalog.signals, {})
    parts = ["# Policy: every action in every state\n", note]
    parts.append(
        "What the [policy](policy.md) shipped says of each action: **yes**, it asks first (**ask**), or **no**. Where\n"
        "an action is meant only with some values (the television, a loud volume), or the parser is not sure, the\n"
        "rules under `always` say more. Why, for one command and state: `cabin explain`.\n"
    )
    parts.append("| state | |\n|---|---|\n" + "".join(f"| {state.name} | {state.about} |\n" for state in STATES))
    parts.append(_table(catalog, policy, car))
    parts.append("## What is never written\n\nAsked at each write of a signal, whatever wrote it.\n")
    parts.append(
        "| rule | signals |\n|---|---|\n"
        + "".join(f"| {rule.name} | {', '.join(f'`{path}`' for path in rule.signals)} |\n" for rule in policy.writes)
    )
    return "\n".join(parts)


def verdict_in(state: State, intent: Intent, policy: Policy, car: Any) -> str:
    """Return yes, ask or no: what the policy says of an action without slots in a state."""
    at_rest = {path: spec.initial for path, spec in _asked_for(policy, car).items()}
    for path, value in {**at_rest, **state.signals}.items():
        car.place(path, value)
    around = Circumstances(state.speaker, state.strictness, state.driver)
    return _WORDS[policy.judge(Command(intent.name), intent, car, around=around).decision]


def _asked_for(policy: Policy, car: VehicleInterface) -> dict[str, Any]:
    return {path: spec for path, spec in car.signals().items() if path in policy.signals() | set(_DRIVING)} | {
        path: car.signals()[path] for path in ("Vehicle.CurrentLocation.LocalTime",)
    }


def _table(catalog: Catalog, policy: Policy, car: Any) -> str:
    head = f"| action | rule sets | {' | '.join(state.name for state in STATES)} |\n"
    rows = [head, "|---|---|" + "---|" * len(STATES) + "\n"]
    for intent in catalog.intents.values():
        sets = ", ".join(each.name for each in policy.sets_of(intent.name, intent.policy) if each.name != "free") or "-"
        cells = [verdict_in(state, intent, policy, car) for state in STATES]
        rows.append(f"| `{intent.name}` | {sets} | {' | '.join(cells)} |\n")
    return "".join(rows)
