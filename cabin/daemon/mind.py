"""The recognizer and the parser of a worker, on a thread of their own: the ears go on listening meanwhile.

One thing at a time. A whole utterance goes first, then texts and tests, then guesses: an utterance that may not be
whole yet, recognized while its speaker is still silent. When the utterance then ends where the guess was cut, its
result is there already.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.chain import understand
from cabin.daemon.completeness import Completeness, completeness
from cabin.daemon.letters import (
    Begun,
    Failed,
    Letter,
    Parsed,
    ParseText,
    Rested,
    Superseded,
    Tested,
    TestHearing,
    Unaddressed,
    Understood,
    Woken,
    finite,
)
from cabin.messages import Parse, Transcript, Utterance

if TYPE_CHECKING:
    from cabin.chain import Parser
    from cabin.hearing import LazyHearing
    from cabin.messages import Samples
    from cabin.wake.door import Admission, Reading, WakeDoor

__all__ = ["Mind"]

logger = logging.getLogger(__name__)

_REQUESTS = 32
"""Texts that may wait; the main process lets far fewer through."""


@dataclass(frozen=True)
class _Whole:
    """An utterance that has ended."""

    number: int
    utterance: Utterance
    listen_ms: float
    admission: Admission | None = None
    """What the wake gate said of it; None: there is no gate."""


@dataclass(frozen=True)
class _Reading:
    """What an utterance came to."""

    start_s: float
    end_s: float
    transcript: Transcript
    parse: Parse
    ms: dict[str, float] = field(default_factory=dict)
    admission: Admission | None = None
    judged: Reading | None = None
    """What the wake gate made of the text."""

    def is_of(self, whole: _Whole) -> bool:
        utterance, told = whole.utterance, whole.admission
        same = (self.start_s, self.end_s) == (utterance.start_s, utterance.end_s)
        return same and (told is None or (self.admission is not None and told.asks_like(self.admission)))


class Mind:
    """Works on what it is given and sends letters; `send` is called on its thread."""

    def __init__(
        self,
        parser: Parser,
        hearing: LazyHearing | None,
        send: Callable[[Letter], None],
        door: WakeDoor | None = None,
    ) -> None:
        self.n_best: int | None = None
        """How many readings are looked for and parsed at most; None: as many as are configured."""
        self._parser, self._hearing, self._send = parser, hearing, send
        self._changed = threading.Condition()
        self._whole: _Whole | None = None
        self._door = door
        self._guess: tuple[Utterance, Admission | None] | None = None
        self._heads: deque[tuple[Samples, Future[Transcript]]] = deque()
        self.guessed: Completeness = ""
        """How what was said before the present pause sounds; read by the ears."""
        self._requests: deque[ParseText | TestHearing] = deque()
        self._reading: _Reading | None = None
        self._guessing: Utterance | None = None
        """What the present pause came after."""
        self._thread = threading.Thread(target=self._run, name="cabin-mind", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def take(self, number: int, utterance: Utterance, listen_ms: float, admission: Admission | None = None) -> None:
        """Work on a whole utterance next; one that still waits is dropped, for the newer one."""
        with self._changed:
            older, self._whole, self._guess = self._whole, _Whole(number, utterance, listen_ms, admission), None
            self.guessed, self._guessing = "", None
            self._changed.notify()
        if older is not None:
            self._send(Superseded(older.number))

    def guess(self, utterance: Utterance | None, admission: Admission | None = None) -> None:
        """Work on an utterance that may be whole when there is nothing else; None: it is not, speech goes on."""
        with self._changed:
            self._guess = (utterance, admission) if utterance is not None else None
            self.guessed, self._guessing = "", utterance
            self._changed.notify()

    def read_head(self, samples: Samples) -> Future[Transcript]:
        """Recognize the first seconds of a stretch of speech, before texts and guesses."""
        future: Future[Transcript] = Future()
        with self._changed:
            self._heads.append((samples, future))
            self._changed.notify()
        return future

    def ask(self, request: ParseText | TestHearing) -> None:
        """Parse a text or hear a recording."""
        with self._changed:
            if len(self._requests) < _REQUESTS:
                self._requests.append(request)
                self._changed.notify()
                return
        self._send(Failed("too much waits already", request=request.request))

    def forget(self) -> None:
        """Drop what waits of what was heard."""
        with self._changed:
            older, self._whole, self._guess = self._whole, None, None
        if older is not None:
            self._send(Superseded(older.number))

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._whole or self._heads or self._requests or self._guess)
                whole, self._whole = self._whole, None
                head = self._heads.popleft() if whole is None and self._heads else None
                is_free = whole is None and head is None
                request = self._requests.popleft() if is_free and self._requests else None
                guess = None
                if is_free and request is None:
                    guess, self._guess = self._guess, None
            try:
                if whole is not None:
                    self._finish(whole)
                elif head is not None:
                    self._answer_head(*head)
                elif request is not None:
                    self._answer(request)
                elif guess is not None:
                    self._reading = self._read(guess[0], 0, guess[1])
                    self._judge(guess[0], self._reading)
            except Exception as error:
                logger.exception("recognizer or parser failed")
                number = whole.number if whole is not None else 0
                self._send(Failed(type(error).__name__, number, request.request if request is not None else 0))
            self._send(Rested())

    def _finish(self, whole: _Whole) -> None:
        reading, self._reading = self._reading, None
        was_guessed = reading is not None and reading.is_of(whole)
        if reading is None or not was_guessed:
            reading = self._read(whole.utterance, whole.number, whole.admission)
        ms = {"listen": whole.listen_ms, **reading.ms}
        if was_guessed:
            ms["guessed"] = 1.0
        if self._is_addressed(whole, reading.judged):
            self._send(Understood(whole.number, reading.transcript, reading.parse, ms))

    def _judge(self, guess: Utterance, reading: _Reading) -> None:
        """Tell the ears how a guess sounds, unless speech has gone on meanwhile."""
        sounds = completeness(reading.transcript.text, reading.parse)
        with self._changed:
            if guess is self._guessing:
                self.guessed = sounds

    def _is_addressed(self, whole: _Whole, judged: Reading | None) -> bool:
        """Whether an utterance is to be acted on; tells what the wake gate made of it."""
        if self._door is None or judged is None or whole.admission is None:
            return True
        self._door.note(whole.admission, judged)
        if judged.likeness is not None:
            self._send(Woken(whole.number, judged.likeness, judged.kind == "alone"))
        elif judged.kind == "drop":
            self._send(Unaddressed(whole.number))
        return judged.kind == "pass"

    def _answer_head(self, samples: Samples, future: Future[Transcript]) -> None:
        """Recognize a head, unless its stretch is over."""
        if not future.set_running_or_notify_cancel():
            return
        self._send(Begun("head"))
        try:
            assert self._hearing is not None, "this worker has no ears"
            future.set_result(self._hearing.recognize(Utterance(samples, 0.0, 0.0, "head"), 1))
        except Exception as error:
            future.set_exception(error)
            raise

    def _read(self, utterance: Utterance, number: int, admission: Admission | None = None) -> _Reading:
        assert self._hearing is not None, "this worker has no ears"
        begun_s = time.perf_counter()
        self._send(Begun("recognize", number))
        transcript = finite(self._hearing.recognize(utterance, self.n_best))
        heard_s = time.perf_counter()
        judged = self._door.read(admission, transcript) if self._door is not None and admission is not None else None
        if judged is not None:
            transcript = judged.transcript
            if judged.kind != "pass":
                unparsed, ms = Parse("", refused="chatter"), {"recognize": (heard_s - begun_s) * 1000, "parse": 0.0}
                return _Reading(utterance.start_s, utterance.end_s, transcript, unparsed, ms, admission, judged)
        self._send(Begun("parse", number))
        transcript, parse = understand(self._parser, transcript)
        ms = {"recognize": (heard_s - begun_s) * 1000, "parse": (time.perf_counter() - heard_s) * 1000}
        return _Reading(utterance.start_s, utterance.end_s, transcript, parse, ms, admission, judged)

    def _answer(self, request: ParseText | TestHearing) -> None:
        if isinstance(request, ParseText):
            self._send(Begun("parse"))
            self._send(Parsed(request.request, self._parser.parse(request.text)))
        else:
            self._send(Begun("test"))
            self._send(self._test(request))

    def _test(self, request: TestHearing) -> Tested:
        """Hear a recording with a detector state of its own, so that what is being said now is not torn apart."""
        from cabin.audio.endpoint import utterances
        from cabin.audio.wav import stream_sound

        assert self._hearing is not None, "this worker has no ears"
        begun_s = time.perf_counter()
        found = list(utterances(stream_sound(Path(request.file)), self._hearing.detector.another(), source="test"))
        listened_s = time.perf_counter()
        if not found:
            return Tested(request.request, 0, Transcript((), ""), Parse("", refused="chatter"))
        reading = self._read(dataclasses.replace(found[0], source="test"), 0)
        ms = {"listen": (listened_s - begun_s) * 1000, **reading.ms}
        return Tested(request.request, len(found), reading.transcript, reading.parse, ms)
