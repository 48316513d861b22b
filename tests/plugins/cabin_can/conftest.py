"""A bus for each test, virtual or the kernel's, with control units that speak cabin.dbc."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from cabin.testing.vehicle_contract import CONTACT, SPECS

CONFIG = Path(__file__).resolve().parents[3] / "config"
ON_BUS = {path: spec for path, spec in SPECS.items() if path != CONTACT}
NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def can_map():
    pytest.importorskip("can", reason="python-can is not installed")
    from cabin_can.mapping import load_map

    return load_map(CONFIG / "cabin.dbc", CONFIG / "can.yaml", ON_BUS)


def make_settings(interface, **options):
    from cabin_can.settings import CanSettings

    channel = f"test{next(NUMBERS)}" if interface == "virtual" else interface
    interface = "virtual" if interface == "virtual" else "socketcan"
    usual = {"connect_wait_ms": 20_000, "stale_ms": 2_000, "backoff_first_ms": 10, "backoff_max_ms": 50}
    return CanSettings(interface, channel, **{**usual, **options})


@pytest.fixture
def settings():
    return make_settings("virtual")


@pytest.fixture
def ecus(can_map, settings):
    from cabin_can.fake_ecus import FakeEcus

    ecus = FakeEcus(can_map, settings)
    yield ecus
    ecus.cut()
