from __future__ import annotations

from cabin_drowsiness.settings import DrowsinessSettings


def test_the_lower_bound_of_perclos_is_the_lower_one():
    settings = DrowsinessSettings()
    assert settings.perclos_watch < settings.perclos_drowsy
