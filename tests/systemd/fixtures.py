"""The box that tests share: one a test process, booted when the first test wants it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.systemd.box import ServiceBox, box_tool, lacking, stage

__all__ = ["make_box", "service_box", "staged"]


@pytest.fixture(scope="session")
def staged():
    """cabin as it is now, installed into a folder."""
    if reason := lacking():
        pytest.skip(reason)
    return stage()


@pytest.fixture(scope="session")
def make_box(staged):
    """Make more boxes: `with make_box() as box`."""

    def make(*binds: str) -> ServiceBox:
        return ServiceBox(box_tool(), staged, Path(tempfile.mkdtemp(prefix="cabin-box-", dir="/tmp")), binds)

    return make


@pytest.fixture(scope="session")
def service_box(make_box):
    """A machine with cabin, its microphone and nothing started but that. What a test changes, it changes back."""
    with make_box() as box:
        box.start_sound()
        yield box
