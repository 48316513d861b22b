"""The chain: an utterance or a text in, a Turn out. A plain function of its parts; whoever runs it brings them.

    utterance -> recognizer -> parser -> policy -> vehicle -> read back -> reply

`cabin.assembly.open_chain` makes one of the configuration. The daemon, `cabin hear`, `cabin say`, the demo, the bench
and the tests all run this one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from cabin.dialog.reply import REFUSALS, join_replies
from cabin.executor import Confirm, Executor, Request
from cabin.joint import understand
from cabin.messages import Command, Parse, Transcript, Turn, Utterance
from cabin.vehicle.circumstances import UNKNOWN_SPEAKER

if TYPE_CHECKING:
    from cabin.dialog.session import Session
    from cabin.messages import Samples
    from cabin.vehicle.interface import VehicleInterface

__all__ = ["Chain", "Hearing", "Parser", "Talk", "understand"]

logger = logging.getLogger(__name__)


class Parser(Protocol):
    """Turns a text into commands (cabin.slm.parser.IntentParser)."""

    def parse(self, text: str) -> Parse:
        """Return the commands, or the reason for none. Raises nothing for any text."""
        ...


class Hearing(Protocol):
    """Turns sound into text (cabin.hearing.LazyHearing)."""

    def utterances(self, blocks: Iterable[Samples], source: str) -> Iterator[Utterance]:
        """Yield the utterances of a finite stream of blocks. Raises SoundError."""
        ...

    def recognize(self, utterance: Utterance) -> Transcript:
        """Return what was said, the best reading first; no hypothesis means nothing was heard."""
        ...

    def load(self) -> None:
        """Load everything now, so that the first utterance is as fast as the others. Raises ModelError."""
        ...

    def close(self) -> None:
        """Free models and threads."""
        ...


@dataclass(frozen=True)
class Talk:
    """The conversation that an utterance is part of."""

    session: Session | None = None
    said_s: float | None = None
    """When the utterance began, on the session's clock; None: just now."""


class Chain:
    """All parts together. Not thread-safe: one thread owns it."""

    def __init__(self, parser: Parser, executor: Executor, hearing: Hearing | None = None) -> None:
        self.parser = parser
        self.executor = executor
        self.hearing = hearing

    @property
    def vehicle(self) -> VehicleInterface:
        """The car."""
        return self.executor.vehicle

    def parse(self, text: str) -> Parse:
        """Understand a text; nothing is done."""
        return self.parser.parse(text)

    def say(
        self,
        text: str,
        confirm: Confirm | None = None,
        session: Session | None = None,
        said_s: float | None = None,
        speaker: str = UNKNOWN_SPEAKER,
    ) -> Turn:
        """Act on a text as if it had been heard.

        With a session, as part of its conversation; `said_s` is when the utterance began on the session's clock, None:
        just now. `speaker`: whose seat it came from, for policy.
        """
        begun_s = time.perf_counter()
        parse = self.parser.parse(text)
        ms = {"parse": (time.perf_counter() - begun_s) * 1000}
        request = Request(confirm, begun_s=begun_s, speaker=speaker)
        return self.act(parse, request, ms, talk=Talk(session, said_s))

    def utterances(self, blocks: Iterable[Samples], source: str) -> Iterator[tuple[Utterance, float]]:
        """Yield the utterances of a stream, each with the milliseconds that finding it took."""
        found = iter(self._ears().utterances(blocks, source))
        while True:
            start_s = time.perf_counter()
            utterance = next(found, None)
            if utterance is None:
                return
            yield utterance, (time.perf_counter() - start_s) * 1000

    def hear(
        self,
        utterance: Utterance,
        confirm: Confirm | None = None,
        listen_ms: float = 0.0,
        session: Session | None = None,
        said_s: float | None = None,
        speaker: str = UNKNOWN_SPEAKER,
    ) -> Turn:
        """Recognize an utterance and act on it; `listen_ms` is what finding it took, the others are as in `say`."""
        begun_s = time.perf_counter()
        transcript = self._ears().recognize(utterance)
        heard_s = time.perf_counter()
        transcript, parse = understand(self.parser, transcript)
        ms = {
            "listen": listen_ms,
            "recognize": (heard_s - begun_s) * 1000,
            "parse": (time.perf_counter() - heard_s) * 1000,
        }
        request = Request(confirm, utterance.damaged, begun_s, speaker=speaker)
        return self.act(parse, request, ms, transcript, utterance, talk=Talk(session, said_s))

    def load(self) -> None:
        """Load the recognizer and the detector now. Raises ModelError when their files are not there."""
        self._ears().load()

    def close(self) -> None:
        """End the car's connection, the recognizer and their threads."""
        if self.hearing is not None:
            self.hearing.close()
        self.vehicle.close()

    def _ears(self) -> Hearing:
        if self.hearing is None:
            raise RuntimeError("this chain was made without hearing")
        return self.hearing

    def act(
        self,
        parse: Parse,
        request: Request,
        ms: dict[str, float],
        transcript: Transcript | None = None,
        utterance: Utterance | None = None,
        *,
        talk: Talk | None = None,
    ) -> Turn:
        """Carry out what was understood: the commands in the order said, each with its own outcome, or what a session
        makes of them. `ms` holds the times of the stages before.
        """
        talk = talk or Talk()
        session = talk.session
        resolved: tuple[Command, ...] = ()
        if session is None:
            outcomes = tuple(self.executor.execute(command, request) for command in parse.commands)
            reply = join_replies(outcomes) if parse.refused is None else REFUSALS[parse.refused]
        else:
            from cabin.dialog.conversation import Conversation

            came = Conversation(session, self.executor, self.parser.parse, request).take(parse, talk.said_s)
            outcomes, reply, resolved = came.outcomes, came.reply, came.resolved
        ms |= request.ms
        ms["total"] = (time.perf_counter() - request.begun_s) * 1000 + ms.get("listen", 0.0)
        logger.info("turn: %s", ", ".join(o.status for o in outcomes) or parse.refused)
        pending = session.question if session is not None else None
        return Turn(parse, outcomes, reply, transcript, utterance, ms, resolved, pending)
