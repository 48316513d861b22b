"""Has replies heard: the voice and the player process, what is in the air now, and what cuts it short.

All on the event loop; nothing here is waited for by whoever acts. A process that dies or hangs costs the reply that was
in the air, is told as a fault, and is started again for a later one.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cabin.replies.cache import Spoken, SpokenCache
from cabin.replies.earcons import Earcon, earcon
from cabin.replies.gate import EchoGate, envelope_db
from cabin.replies.helper import Helper, Message
from cabin.replies.opening import RATE_HZ, RepliesSettings
from cabin.replies.sentences import sentences

__all__ = ["Job", "Performer"]

_PLAYER, _VOICE = "cabin.replies.player_child", "cabin.replies.voice_child"

HUNG_S = 3.0
"""A player that is so much later than the sound is long hangs."""

VOICE_HUNG_S = 15.0
"""A voice that has not answered for so long hangs; what takes longer than `late_s` is late, and waited for."""

LOAD_S = 60.0
"""A voice may load so long: at the very first start it prepares its dictionaries."""

PAUSE_S = 20.0
"""A process that failed is not started again so soon; each failure after another doubles it, up to LONGEST_PAUSE_S."""
LONGEST_PAUSE_S = 600.0

ECHO_S = 2.0
"""No device is so late that its sound is heard later."""

DUCKED_S = 0.5
"""How long it stays soft after something was heard over it."""


@dataclass
class Job:
    """One reply on its way to be heard."""

    kind: str
    tone: Earcon
    text: str = ""
    """What is said; empty: the tone is heard."""
    number: int = 0
    asked_s: float = field(default_factory=time.monotonic)
    begun_s: float | None = None
    """When the first of it was heard."""
    pieces: list[Spoken] = field(default_factory=list)
    """What was sent to the player, in order."""
    began: int = 0
    """How many of them it has begun."""
    is_whole: bool = False
    """Whether the last of them has been sent."""
    player: Helper | None = None
    """Who plays it."""
    sent_s: float | None = None
    """When the player was sent the first of it."""

    @property
    def seconds(self) -> float:
        """How long it is, as far as it is made."""
        return sum(piece.seconds for piece in self.pieces)


@dataclass
class _Failures:
    """When a process may be started again."""

    in_a_row: int = 0
    until_s: float = 0.0

    def note(self) -> None:
        self.until_s = time.monotonic() + min(LONGEST_PAUSE_S, PAUSE_S * 2**self.in_a_row)
        self.in_a_row += 1


class Performer:
    """Has one reply heard at a time; a newer one cuts the older short."""

    def __init__(
        self,
        settings: RepliesSettings,
        environ: Mapping[str, str],
        tell: Callable[[str, dict[str, Any]], None],
        fault: Callable[[str], None],
    ) -> None:
        """`tell` gets speaking, spoken and interrupted; `fault` what failed."""
        config = settings.config
        self.settings = settings
        self.gate = EchoGate(config.louder_db, config.tail_ms / 1000, config.overlap == "deaf")
        self.gate.on_loud = self._duck
        self.job: Job | None = None
        self.on_end: Callable[[], None] = lambda: None
        """Called when nothing is in the air any more."""
        self.cache = SpokenCache(config.cache_s)
        self._environ, self._tell, self._fault = environ, tell, fault
        self._numbers, self._says = itertools.count(1), itertools.count(1)
        self._player: Helper | None = None
        self._voice: Helper | None = None
        self._last: Job | None = None
        self._loaded_s: float | None = None
        """When the voice was ready; None: it is not yet."""
        self._waiting: dict[int, tuple[str, float, asyncio.Future[Spoken | None]]] = {}
        self._failures = {_PLAYER: _Failures(), _VOICE: _Failures()}
        self._task: asyncio.Task[None] | None = None
        self._ducked: asyncio.TimerHandle | None = None

    @property
    def last_text(self) -> str:
        """What is said, or was said last."""
        return self._last.text if self._last is not None else ""

    def was_heard(self, at_s: float) -> bool:
        """Whether what was said last was in the air then, or ECHO_S before."""
        begun_s = self._last.begun_s if self._last is not None else None
        if self._last is None or begun_s is None:
            return False
        return begun_s - ECHO_S <= at_s <= begun_s + self._last.seconds + ECHO_S

    def pids(self) -> list[int]:
        """Return the processes that are there."""
        return [helper.pid for helper in (self._player, self._voice) if helper is not None and helper.pid is not None]

    # What is in the air

    def begin(self, job: Job) -> None:
        """Have a reply heard, now; what is in the air is cut short."""
        self.silence("a newer reply")
        job.number = next(self._numbers)
        self.job = self._last = job
        self._task = asyncio.get_running_loop().create_task(self._perform(job))

    def silence(self, why: str) -> bool:
        """Fall silent; return whether there was anything in the air or on its way."""
        job, self.job = self.job, None
        if job is None:
            return False
        if self._task is not None:
            self._task.cancel()
        if self._player is not None:
            self._player.send({"do": "stop"})
        now_s = time.monotonic()
        self.gate.note_stopped(now_s)
        heard_s = min(now_s - job.begun_s, job.seconds) if job.begun_s is not None else 0.0
        self._tell("interrupted", {"kind": job.kind, "why": why, "heard_s": round(heard_s, 2)})
        return True

    async def _perform(self, job: Job) -> None:
        player = await self._open(_PLAYER)
        if player is None or not player.is_there:
            self._give_up(job, "nothing can be played")
            return
        job.player = player
        for sentence in sentences(job.text):
            spoken = self.cache.get(sentence) or await self._make(sentence)
            if spoken is None:
                job.text = job.text if job.pieces else ""
                break
            if spoken.pcm:
                job.pieces.append(spoken)
                job.sent_s = job.sent_s or time.monotonic()
                player.send({"do": "play", "utterance": job.number, "rate_hz": spoken.rate_hz}, spoken.pcm)
        if not job.pieces:
            job.pieces.append(_tone(job.tone))
            player.send({"do": "earcon", "utterance": job.number, "name": job.tone})
        job.is_whole = True
        job.sent_s = job.sent_s or time.monotonic()
        player.send({"do": "end", "utterance": job.number})

    def _give_up(self, job: Job, why: str) -> None:
        if self.job is job:
            self.job = None
            self._tell("interrupted", {"kind": job.kind, "why": why, "heard_s": 0.0})
            self.on_end()

    def _duck(self) -> None:
        if self.job is None or self._player is None or not self.settings.config.duck_db:
            return
        if self._ducked is None:
            self._player.send({"do": "duck", "db": self.settings.config.duck_db})
        else:
            self._ducked.cancel()
        self._ducked = asyncio.get_running_loop().call_later(DUCKED_S, self._unduck)

    def _unduck(self) -> None:
        self._ducked = None
        if self._player is not None:
            self._player.send({"do": "duck", "db": 0.0})

    # The voice

    async def _make(self, sentence: str) -> Spoken | None:
        """Return a sentence as sound; None when there is no voice or it comes too late."""
        voice = await self._open(_VOICE) if self.settings.voice else None
        if voice is None:
            return None
        number = next(self._says)
        future: asyncio.Future[Spoken | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (sentence, time.monotonic(), future)
        voice.send({"say": number, "text": sentence})
        try:
            return await asyncio.wait_for(asyncio.shield(future), self.settings.config.late_s)
        except TimeoutError:
            self._fault("the voice is late; a tone is heard instead")
            return None

    def _hear_voice(self, message: Message, body: bytes) -> None:
        what = message.get("is")
        if what in ("said", "failed"):
            sentence, _, future = self._waiting.pop(int(message["say"]), ("", 0.0, None))
            self._failures[_VOICE].in_a_row = 0
            spoken = Spoken(body, int(message["rate_hz"])) if what == "said" else None
            if spoken is not None and sentence:
                self.cache.put(sentence, spoken)
            elif what == "failed":
                self._fault(f"the voice failed over a sentence ({str(message.get('what')).partition(':')[0]})")
            if future is not None and not future.done():
                future.set_result(spoken)
        elif what == "loaded":
            self._loaded_s = time.monotonic()
        elif what == "problem":
            self._failed(_VOICE, message)

    # The player

    def _hear_player(self, message: Message, _body: bytes) -> None:
        what, job = message.get("is"), self.job
        if what == "problem":
            self._failed(_PLAYER, message)
        elif job is None or message.get("utterance") != job.number:
            return  # of an utterance that was cut short
        elif what == "began" and job.began < len(job.pieces):
            heard_s = time.monotonic() + float(message["delay_s"])
            self.gate.note_played(heard_s, _envelope(job.pieces[job.began]))
            job.began += 1
            if job.begun_s is None:
                job.begun_s = heard_s
                self._failures[_PLAYER].in_a_row = 0
                told = {"kind": job.kind, "by": "speech" if job.text else "earcon", "text": job.text or job.tone}
                self._tell("speaking", told | {"waited_ms": round((heard_s - job.asked_s) * 1000, 1)})
        elif what == "played":
            self.job = None
            self._tell("spoken", {"kind": job.kind, "seconds": round(job.seconds, 2)})
            self.on_end()

    # The processes

    def warm(self, *, voice: bool) -> None:
        """Start what will be wanted soon."""
        for module in (_PLAYER, _VOICE) if voice and self.settings.voice else (_PLAYER,):
            helper = self._helper(module)
            if helper is None or not helper.is_there:
                self._warming = asyncio.get_running_loop().create_task(self._open(module))
            else:
                helper.used_s = time.monotonic()

    def look(self, now_s: float, *, voice: bool) -> None:
        """End what is not wanted and kill what hangs. Called every half second; `voice`: whether it may be there."""
        config, job, player, speaker = self.settings.config, self.job, self._player, self._voice
        if job is not None and job.begun_s is not None and player is not None:
            player.used_s = now_s
            if job.is_whole and now_s > job.begun_s + job.seconds + HUNG_S:
                player.kill("it hangs")
        elif job is not None and job.sent_s is not None and player is not None and now_s > job.sent_s + 2 * HUNG_S:
            player.kill("it hangs")
        if player is not None and job is None and now_s - player.used_s > config.idle_s:
            player.end()
        oldest_s = min((asked_s for _, asked_s, _ in self._waiting.values()), default=now_s)
        patience_s = LOAD_S if self._loaded_s is None else VOICE_HUNG_S
        if speaker is not None and now_s - max(oldest_s, self._loaded_s or 0.0) > patience_s:
            speaker.kill("it hangs")
        elif speaker is not None and (not voice or (not self._waiting and now_s - speaker.used_s > config.idle_s)):
            speaker.end()

    def end(self, why: str = "the daemon is stopping") -> None:
        """Fall silent and let both processes end."""
        self.silence(why)
        if self._ducked is not None:
            self._ducked.cancel()
        for helper in (self._player, self._voice):
            if helper is not None:
                helper.end()

    async def _open(self, module: str) -> Helper | None:
        """Return a process, started if need be; None while it is given a rest after it failed."""
        helper = self._helper(module)
        if helper is not None and helper.is_there:
            return helper
        if time.monotonic() < self._failures[module].until_s:
            return None
        is_player = module == _PLAYER
        made: Helper

        def gone(why: str) -> None:
            self._lose(module, made, why)

        if not is_player:
            self._loaded_s = None
        made = Helper(self._hear_player if is_player else self._hear_voice, gone)
        self._set(module, made)
        told = self.settings.player_told() if is_player else self.settings.voice_told()
        try:
            await made.start(module, told, self._environ)
        except OSError as error:
            self._set(module, None)
            self._failures[module].note()
            self._fault(f"no process for replies can be started ({error.strerror or error})")
            return None
        return made

    def _lose(self, module: str, helper: Helper, why: str) -> None:
        if self._helper(module) is not helper:
            return
        self._set(module, None)
        expected = why in ("asked to end", "told")
        if not expected:
            self._failures[module].note()
            self._fault(f"the {'player' if module == _PLAYER else 'voice'} of replies is gone: {why}")
        if self.job is not None and self.job.player is helper:
            if self._task is not None:
                self._task.cancel()
            self.gate.note_stopped(time.monotonic())
            self._give_up(self.job, "the player is gone")
        if module == _VOICE:
            waiting, self._waiting = self._waiting, {}
            for _, _, future in waiting.values():
                if not future.done():
                    future.set_result(None)

    def _failed(self, module: str, message: Message) -> None:
        """Take that a process cannot do what it is for; it ends by itself."""
        self._failures[module].note()
        told = [str(message.get(key, "")) for key in ("what", "seen", "hint")]
        self._fault(f"replies: {'; '.join(each for each in told if each)}")
        helper = self._helper(module)
        if helper is not None:
            helper.kill("told")

    def _helper(self, module: str) -> Helper | None:
        return self._player if module == _PLAYER else self._voice

    def _set(self, module: str, helper: Helper | None) -> None:
        if module == _PLAYER:
            self._player = helper
        else:
            self._voice = helper


def _tone(name: Earcon) -> Spoken:
    return Spoken((earcon(name, RATE_HZ) * 32767).astype("<i2").tobytes(), RATE_HZ)


def _envelope(spoken: Spoken) -> tuple[float, ...]:
    return envelope_db(np.frombuffer(spoken.pcm, "<i2").astype(np.float32) / 32768.0, spoken.rate_hz)
