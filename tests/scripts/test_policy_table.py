from __future__ import annotations

import pytest

from cabin.assembly import open_catalog
from cabin.plugins import DEFAULT_PLUGINS, load_plugins
from cabin.vehicle.policy_file import load_policy
from cabin_simcar.car import SimulatedCar
from scripts.policy_table import STATES, policy_table_page, verdict_in

PAGE = policy_table_page("<!-- note -->\n")
CATALOG = open_catalog(load_plugins({"CABIN_LOAD_PLUGINS": ",".join(DEFAULT_PLUGINS)}))


def cells(action):
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{action}` |")]
    return dict(zip([state.name for state in STATES], [cell.strip() for cell in row.split("|")[3:-1]], strict=True))


@pytest.mark.parametrize("name", list(CATALOG.intents))
def test_every_action_has_its_row(name):
    assert set(cells(name).values()) <= {"yes", "ask", "no"}


def test_some_rows_as_anybody_would_expect_them():
    trunk = cells("trunk.open")
    assert (trunk["parked"], trunk["stopped"], trunk["50"], trunk["valet"]) == ("yes", "yes", "no", "no")
    assert cells("hood.open")["stopped"] == "no"
    assert cells("window.open") == {**cells("window.close"), "140": "ask"}
    assert (cells("window.open")["child"], cells("window.open")["workshop"]) == ("no", "no")
    assert cells("horn.sound")["night"] == "ask"
    assert [cells("phone.call")[name] for name in ("50", "distracted", "drowsy")] == ["yes", "ask", "no"]
    assert cells("steering_wheel.move")["no driver"] == "no"
    assert cells("cruise_control.on")["passenger"] == "no"
    assert set(cells("hazard_light.on").values()) == {"yes"}


def test_only_what_is_stricter_than_parked_differs():
    """No state loosens anything: what is refused in park is refused everywhere."""
    order = {"yes": 0, "ask": 1, "no": 2}
    for name in CATALOG.intents:
        row = cells(name)
        assert all(order[cell] >= order[row["parked"]] for cell in row.values()), name


def test_a_state_leaves_nothing_behind():
    policy, car = load_policy(), SimulatedCar(CATALOG.signals)
    intent = CATALOG.intents["trunk.open"]
    before = [verdict_in(state, intent, policy, car) for state in STATES]
    assert [verdict_in(state, intent, policy, car) for state in reversed(STATES)] == before[::-1]
