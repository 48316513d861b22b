"""Questions to the worker: answered once, in time, or told why not."""

from __future__ import annotations

import asyncio

import pytest

from cabin.daemon.letters import Failed, Parsed, ParseText
from cabin.daemon.remote import Desk, RemoteParser
from cabin.errors import BudgetError
from cabin.messages import Parse


class Link:
    generation = 3

    def __init__(self, answer=None):
        self.sent, self._answer = [], answer

    def send(self, letter):
        self.sent.append(letter)
        if self._answer is not None:
            asyncio.get_running_loop().call_soon(self._answer, letter)


def test_a_text_is_parsed_from_another_thread():
    async def main():
        desk = Desk(lambda: link, 60.0)
        link = Link(lambda letter: desk.take(Parsed(letter.request, Parse(letter.text, refused="chatter"))))
        parser = RemoteParser(desk, asyncio.get_running_loop(), 60.0)
        assert (await asyncio.to_thread(parser.parse, "hello")).text == "hello"
        assert link.sent == [ParseText(1, "hello")]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("how", "word"),
    [
        (lambda desk, letter: desk.take(Failed("KeyError", request=letter.request)), "KeyError"),
        (lambda desk, letter: desk.lose(3), "died"),
        (lambda desk, letter: desk.lose(2), "in time"),
    ],
)
def test_what_goes_wrong_is_told(how, word):
    async def main():
        desk = Desk(lambda: link, 0.3)
        link = Link(lambda letter: how(desk, letter))
        with pytest.raises(BudgetError, match=word):
            await desk.parse("hello")
        desk.take(Parsed(1, Parse("too late")))  # nobody waits for it any more

    asyncio.run(main())


def test_without_a_worker():
    with pytest.raises(BudgetError, match="being replaced"):
        asyncio.run(Desk(lambda: None, 1.0).parse("hello"))
