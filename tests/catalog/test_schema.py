from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from cabin.catalog.schema import Intent, Place


def test_an_intent_knows_its_device_and_action():
    intent = Intent("door.get", "tell the doors", {}, (), "free", "", (), Place(Path("door.yaml"), 3))
    assert (intent.device, intent.action) == ("door", "get")
    assert str(intent.where) == "door.yaml:3"
    with pytest.raises(FrozenInstanceError):
        intent.name = "x"  # type: ignore[misc]
