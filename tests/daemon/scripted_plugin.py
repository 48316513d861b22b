"""A plugin that the tests of the daemon install: a recognizer that hears what a file says, and a car that can hang.

The file named by CABIN_TEST_SAYS holds the words, or one of: !hang !exit !raise !eat.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from cabin.hookspecs import hookimpl
from cabin.messages import Hypothesis, Transcript
from cabin_simcar.car import SimulatedCar


class ScriptedRecognizer:
    name = "scripted"

    def __init__(self, settings):
        self._heard = False
        self._kept = []

    def accept(self, samples):
        self._heard = True

    def partial(self):
        return Transcript((), self.name, is_final=False)

    def final(self):
        said = Path(os.environ["CABIN_TEST_SAYS"])
        words = said.read_text(encoding="utf-8").strip()
        said.with_suffix(".began").write_text(words, encoding="utf-8")
        if words == "!hang":
            time.sleep(3600)
        elif words == "!exit":
            os._exit(7)
        elif words == "!raise":
            raise RuntimeError("as the test wants")
        elif words == "!eat":
            self._kept.append(bytearray(b"x") * (400 * 2**20))
        return Transcript((Hypothesis(words, -0.1),), self.name)

    def reset(self):
        self._heard = False

    def close(self):
        self._kept.clear()


class ScriptedCar(SimulatedCar):
    """Hangs in a write while the file CABIN_TEST_SAYS + .hang is there."""

    def write(self, path, value, deadline_ms):
        while Path(os.environ["CABIN_TEST_SAYS"]).with_suffix(".hang").exists():
            time.sleep(0.05)
        super().write(path, value, deadline_ms)


@hookimpl
def register_recognizers(register):
    register("scripted", ScriptedRecognizer, "hears what a file says")


@hookimpl
def register_vehicles(register):
    register("scripted", lambda specs, section: ScriptedCar(specs), "can hang")
