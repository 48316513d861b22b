"""The self-test: a dry run that must come through, repeated when idle, and what happens when it does not."""

from __future__ import annotations

import asyncio

import pytest

from cabin.chain import Chain
from cabin.daemon import letters
from cabin.daemon.acting import Actor
from cabin.daemon.selftest import RECORDING, SelfTester, judge
from cabin.errors import BudgetError, Problem
from cabin.executor import Executor
from cabin.messages import Command, Hypothesis, Parse, Transcript
from cabin.template_parser import TemplateParser
from cabin.vehicle.policy_file import load_policy

HEARD = Transcript((Hypothesis("open the window", -0.1),), "test")
OPEN = Parse("open the window", (Command("window.open"),))


@pytest.fixture
def chain(small_catalog, car):
    return Chain(TemplateParser(small_catalog), Executor(small_catalog, load_policy(), car))


def test_the_recording_is_there():
    assert RECORDING.is_file()


def test_a_command_is_done_in_a_dry_run_and_the_car_is_not_touched(chain, car):
    before = {path: car.read(path).value for path in car.signals()}
    result = judge(letters.Tested(1, 1, HEARD, OPEN, {"recognize": 50.0}), chain)
    assert result.wrote == 1
    assert result.ms >= 50.0
    assert {path: car.read(path).value for path in car.signals()} == before


def test_a_catalog_without_such_a_command_is_tested_as_far_as_the_parser(chain):
    assert judge(letters.Tested(1, 1, HEARD, Parse("open the window", refused="unclear")), chain).wrote == 0


@pytest.mark.parametrize(
    "tested",
    [
        letters.Tested(1, 0, Transcript((), ""), Parse("", refused="chatter")),
        letters.Tested(1, 1, HEARD, Parse("open", (Command("window.open", {"position": "roof"}),))),
    ],
)
def test_what_does_not_come_through_is_told(tested, chain):
    with pytest.raises(BudgetError, match="self-test"):
        judge(tested, chain)


class Parts:
    def __init__(self, chain):
        self.chain = chain


class Desk:
    def __init__(self, *answers):
        self.answers = list(answers)

    async def test(self, recording, patience_s):
        answer = self.answers.pop(0)
        if answer is None:
            raise BudgetError(Problem("the worker died over it"))
        return answer


class Around:
    """Stands for conductor, keeper and telling."""

    def __init__(self, chain):
        self.parts, self.actor, self.quiet_since_s, self.is_idle = Parts(chain), Actor(), 0.0, True
        self.ready, self.killed, self.told = self, [], []

    def kill(self, why):
        self.killed.append(why)

    def fault(self, what, **_):
        self.told.append(what)

    def tell(self, name, data):
        self.told.append(name)


GOOD = letters.Tested(1, 1, HEARD, OPEN)


@pytest.mark.parametrize(
    ("answers", "killed", "failed"),
    [((GOOD,), 0, False), ((None, GOOD), 1, False), ((None, None), 1, True)],
)
def test_a_worker_that_fails_is_replaced_and_tested_again(chain, answers, killed, failed):
    async def main():
        around = Around(chain)
        tester = SelfTester(Desk(*answers), around, around, around)
        tester._tested_s = 0.0
        tester.look(5.0, 10.0)
        assert tester._task is None
        tester.look(11.0, 0.0)
        assert tester._task is None
        tester.look(11.0, 10.0)
        await tester._task
        assert len(around.killed) == killed
        assert bool(tester.failed) == failed
        assert ("self-test" in around.told) == (not failed)
        tester.end()

    asyncio.run(main())
