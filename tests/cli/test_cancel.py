from __future__ import annotations

import asyncio


def test_nothing_to_cancel(cabin, live):
    live()
    assert cabin("cancel", small=False)[:2] == (0, "nothing to cancel\n")
    assert cabin("cancel", "--json", small=False)[:2] == (0, [{"cancelled": 0}])


def test_what_is_listened_to_is_dropped(cabin, live):
    def until_released(_seconds, released):
        begun.append(released)
        released.wait()
        return iter(())

    class Ears:
        def utterances(self, blocks, _source):
            yield from blocks

        def close(self):
            pass

    begun = []
    daemon = live(listen=until_released, hearing=Ears())
    talk = asyncio.run_coroutine_threadsafe(daemon.target.talk(30), daemon.loop)
    while not begun:
        pass
    assert cabin("cancel", small=False)[:2] == (0, "cancelled: 1\n")
    assert talk.result(20).heard is False
