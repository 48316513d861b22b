"""A real chain with the simulated car, from end to end over the socket."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest

from cabin.control.chain_target import ChainTarget
from cabin.control.client import CabinClient
from cabin.control.settings import ControlConfig
from cabin.errors import BudgetError, CatalogError, ConfigError, ControlError
from cabin.messages import Hypothesis, Transcript, Utterance

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


class Ears:
    """Hear `text` in every block of sound that is not silent."""

    def __init__(self, text):
        self.text = text

    def utterances(self, blocks, source):
        for block in blocks:
            if block.any():
                yield Utterance(block, 0.0, 0.1, source)

    def recognize(self, utterance):
        return Transcript((Hypothesis(self.text, -1.0),), "test")

    def load(self):
        pass

    def close(self):
        pass


def until_released(_seconds, released):
    """Silence for as long as the button is held."""
    while not released.wait(0.005):
        yield np.zeros(160, dtype=np.float32)


def ask(served, function):
    async def asked():
        async with CabinClient(served.path) as client:
            return await function(client)

    return asyncio.run(asked())


def test_a_text_moves_the_car_and_is_told(chain_daemon):
    served = chain_daemon(ControlConfig(transcripts=("self",)))

    async def say(client):
        events = client.watch()
        told = [await anext(events)]
        turn = await client.say("open the window")
        while told[-1].event != "done":
            told.append(await anext(events))
        await events.aclose()
        return turn, told, await client.status()

    turn, told, status = ask(served, say)
    assert [each.status for each in turn.outcomes] == ["done"]
    assert turn.outcomes[0].changes[0].after == 100
    assert [each.event for each in told] == ["hello", "heard", "understood", "done"]
    assert told[1].data == {"by": "text", "text": "open the window"}
    assert told[3].data["changes"][0]["path"] == WINDOW
    assert status.counts == {"heard": 1, "understood": 1, "done": 1}
    assert {each.name for each in status.stages} == {"parse", "policy", "act"}
    assert all(each.runs == 1 and each.p50_ms == each.p95_ms for each in status.stages)
    assert status.memory.resident_mib > 1
    assert served.target._chain.vehicle.read(WINDOW).value == 100


def test_without_the_right_events_have_no_words(chain_daemon):
    served = chain_daemon()

    async def say(client):
        events = client.watch(["heard", "done", "refused"])
        await anext(events)
        await client.say("set the temperature to 22 degrees")
        await client.say("what a lovely day")
        told = [await anext(events) for _ in range(4)]
        await events.aclose()
        return [dict(each.data) for each in told]

    assert ask(served, say) == [
        {"by": "text"},
        {"intent": "temperature.set", "status": "done", "rule": ""},
        {"by": "text"},
        {"refusal": "unclear"},
    ]


@pytest.mark.parametrize(("confirm", "status"), [("ask", "confirm"), ("yes", "done")])
def test_what_needs_a_yes(chain_daemon, confirm, status):
    served = chain_daemon()
    turn = ask(served, lambda client: client.say("unlock the door", confirm))
    assert turn.outcomes[0].status == status


@pytest.mark.parametrize("sees", [True, False])
def test_talking(chain_daemon, open_small_chain, sees):
    def sound(_seconds, _released):
        yield np.zeros(160, dtype=np.float32)
        yield np.ones(160, dtype=np.float32)

    def open_chain(vehicle):
        return open_small_chain(vehicle, Ears("open the window"))

    served = chain_daemon(ControlConfig(transcripts=("self",) if sees else ()), sound, open_chain)
    turn = ask(served, lambda client: client.talk(1))
    assert (turn.heard, turn.outcomes[0].status) == (True, "done")
    assert (turn.transcript, turn.reply) == (("open the window", "Opening the window.") if sees else (None, ""))


def test_talking_without_a_microphone(chain_daemon):
    with pytest.raises(ControlError, match="no microphone"):
        ask(chain_daemon(), lambda client: client.talk(1))


def test_cancel_ends_listening_and_drops_what_waits(chain_daemon, open_small_chain):
    served = chain_daemon(None, until_released, lambda car: open_small_chain(car, Ears("")))

    async def cancel(client):
        talk = asyncio.create_task(client.talk(30))
        say = asyncio.create_task(client.say("open the window"))
        while len(served.target._jobs) < 2:
            await asyncio.sleep(0.01)
        count = await client.cancel()
        turn = await talk
        with pytest.raises(ControlError, match="cancelled"):
            await say
        return count, turn.heard, await client.cancel()

    assert ask(served, cancel) == (2, False, 0)
    assert served.target._chain.vehicle.read(WINDOW).value == 0


def test_hanging_up_ends_listening(chain_daemon, open_small_chain):
    served = chain_daemon(None, until_released, lambda car: open_small_chain(car, Ears("")))
    client = served.connect()
    client.send({"request": "talk", "seconds": 30})
    served.until(lambda: served.target._jobs)
    client.close()
    served.until(lambda: not served.target._jobs)
    assert ask(served, lambda client: client.say("open the window")).outcomes[0].status == "done"


def test_too_much_at_once_and_too_late_are_dropped(open_small_chain):
    async def run():
        target = ChainTarget(
            lambda car: open_small_chain(car, Ears("")), until_released, max_waiting=2, max_wait_s=0.05
        )
        await target.start()
        talk = asyncio.create_task(target.talk(30))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(target.say("open the window", "ask")) for _ in range(3)]
        await asyncio.sleep(0.1)
        min(target._jobs, key=lambda job: job.asked_s).released.set()
        told = await asyncio.gather(talk, *waiting, return_exceptions=True)
        status = await target.status()
        position = target._chain.vehicle.read(WINDOW).value
        await target.close()
        return told, status.counts, position

    told, counts, position = asyncio.run(run())
    assert told[0].heard is False
    assert all(isinstance(each, BudgetError) for each in told[1:])
    assert sorted("too much" in str(each) for each in told[1:]) == [False, False, True]
    assert (counts["dropped"], position) == (3, 0)


def test_reload_keeps_the_car_and_a_wrong_configuration_changes_nothing(chain_daemon, open_small_chain):
    fault = []

    def open_chain(vehicle):
        if fault:
            raise fault[0]
        return open_small_chain(vehicle)

    served = chain_daemon(None, None, open_chain)

    async def reload(client):
        await client.say("open the window")
        before = served.target._chain
        assert await client.reload() == ("configuration", "catalog", "model")
        assert served.target._chain is not before
        fault.append(CatalogError("the catalog is wrong"))
        with pytest.raises(ConfigError, match="the catalog is wrong"):
            await client.reload()
        return (await client.say("how far is the window open")).outcomes[0].readings[0].value

    assert ask(served, reload) == 100


def test_stop_is_asked_of_the_daemon(chain_daemon):
    served = chain_daemon()
    ask(served, lambda client: client.stop())
    served.run(asyncio.wait_for(served.target.stopped.wait(), 20))
    assert ask(served, lambda client: client.status()).phase == "stopping"


def test_many_threads_of_words_one_owner_of_the_chain(chain_daemon, open_small_chain):
    owners = set()

    def open_chain(vehicle):
        chain = open_small_chain(vehicle)
        say = chain.say

        def noted(text, confirm=None, **options):
            owners.add(threading.get_ident())
            return say(text, confirm, **options)

        chain.say = noted
        return chain

    served = chain_daemon(ControlConfig(burst=1000), None, open_chain, max_waiting=100, max_wait_s=60)

    async def crowd(client):
        return await asyncio.gather(*(client.say("how far can i go") for _ in range(8)))

    assert [turn.reply for turn in ask(served, crowd)] == ["The range is 412 kilometers."] * 8
    assert len(owners) == 1
