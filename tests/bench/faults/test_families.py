from __future__ import annotations

from cabin.bench.faults.families import all_faults

ASKED = """
worker killed while idle|worker stopped while idle|worker killed while somebody speaks|recognizer raises
recognizer hangs|recognizer ends its process|recognizer eats memory|microphone unplugged
digital silence|absent at start|twice the rate
floods|model missing|cut short|swapped|disk full|read-only|no memory|processor taken|clock steps an hour ahead
clock steps an hour back|second daemon|a socket left|SIGTERM in a command|watchdog expires|cabin.yaml wrong at a reload
malformed|log pipe blocked|capture process killed|capture process stopped|main process killed|ring overwritten
budgets/headunit.yaml wrong|SIGINT
"""


def test_every_kind_that_was_asked_for_is_there():
    names = [fault.name for fault in all_faults()]
    asked = ASKED.strip().replace("\n", "|").split("|")
    lacking = [word for word in asked if not any(word in name for name in names)]
    assert lacking == []
    assert len(set(names)) == len(names) >= 40
