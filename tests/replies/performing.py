"""A performer or replies with real voice and player processes, and all that they tell."""

from __future__ import annotations

import asyncio
import os
import time

from cabin.replies.opening import RepliesSettings
from cabin.replies.settings import RepliesConfig

WAIT_S = 40.0
FAKES = "reply_fakes"


def settings(folder, *, sink="cabin_sound:open_file_sink", voice=f"{FAKES}:open_voice", speed=1.0, **config):
    made = RepliesConfig(level="speech", device=str(folder), late_s=60, **config)
    return RepliesSettings(made, sink, {"speed": speed}, voice, {})


class Told:
    """Implements cabin.replies.replies.TellsEvents."""

    def __init__(self):
        self.events, self.faults = [], []

    def tell(self, name, data=None):
        self.events.append((name, dict(data or {})))

    def fault(self, what, **data):
        self.faults.append(what)

    def names(self):
        return [name for name, _ in self.events]

    async def wait(self, *names, look=None):
        """Wait until these events have been told, in this order; return the data of the last and forget them."""
        deadline_s = time.monotonic() + WAIT_S
        while True:
            found = [index for index, (name, _) in enumerate(self.events) if name == names[-1]]
            if found:
                told = self.events[found[0]][1]
                seen = self.names()[: found[0] + 1]
                assert [name for name in seen if name in names] == list(names), self.events
                del self.events[: found[0] + 1]
                return told
            assert time.monotonic() < deadline_s, (names, self.events, self.faults)
            if look is not None:
                look()
            await asyncio.sleep(0.01)

    async def wait_fault(self, part, look=None):
        deadline_s = time.monotonic() + WAIT_S
        while not any(part in fault for fault in self.faults):
            assert time.monotonic() < deadline_s, (part, self.faults, self.events)
            if look is not None:
                look()
            await asyncio.sleep(0.01)
        return next(fault for fault in self.faults if part in fault)


def files(folder):
    return sorted(folder.glob("reply-*.wav"))


ENVIRON = os.environ
