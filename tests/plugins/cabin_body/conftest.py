"""The body plugin's catalog, and a simulated car with its signals."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin_body import catalog_dirs
from cabin_simcar.car import SimulatedCar


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(catalog_dirs())


@pytest.fixture
def car(catalog: Catalog) -> SimulatedCar:
    return SimulatedCar(catalog.signals)
