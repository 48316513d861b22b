"""Voice detector and endpointer of a worker: blocks of sound in, utterances handed to the mind."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from cabin.audio.endpoint import Endpointer, EndpointEvent
from cabin.audio.vad import FRAME_SAMPLES
from cabin.daemon.completeness import window_s
from cabin.daemon.letters import Letter, Listened, SoundBlock, SpeechBegan, SpeechEnded
from cabin.messages import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from cabin.audio.endpoint_config import EndpointConfig
    from cabin.audio.vad import VoiceDetector
    from cabin.daemon.mind import Mind
    from cabin.messages import Samples, Utterance
    from cabin.wake.door import WakeDoor

__all__ = ["Ears"]

_KNOWN_BLOCKS = 4096
"""Blocks whose time is remembered: more than the longest utterance has."""


class Ears:
    """Follows one stream of sound. All calls from one thread."""

    def __init__(
        self,
        detector: VoiceDetector,
        config: EndpointConfig,
        mind: Mind,
        send: Callable[[Letter], None],
        speculates: bool = True,
        door: WakeDoor | None = None,
    ) -> None:
        """`door`: what decides whether something is meant for the car; None: everything is."""
        self.speculates = speculates
        self._door = door
        self._rest = np.zeros(0, dtype=np.float32)
        """Samples that make no whole frame yet."""
        self._endpointer = Endpointer(detector, config, "daemon")
        self._margin_s = config.margin_s
        self._mind, self._send = mind, send
        self._utterances = 0
        self._begun: deque[tuple[float, float]] = deque(maxlen=_KNOWN_BLOCKS)
        """Where each block begins in the stream, and when that was."""

    def take(self, block: SoundBlock, body: bytes) -> None:
        """Take the next block and tell what was noticed in it."""
        begun_s = time.perf_counter()
        if block.lost:
            self._endpointer.lose(block.lost)
        elif block.damaged:
            self._endpointer.lose(0)
        self._begun.append((self._endpointer.position_s, block.begun_s))
        samples = np.frombuffer(body, dtype=np.float32)
        for piece in [samples] if self._door is None else self._frames(samples):
            if self._door is not None and self._endpointer.phase != "silence":
                self._door.accept(piece)
            if self._endpointer.phase == "pause":
                self._endpointer.end_s = window_s(self._endpointer.config, self._mind.guessed)
            for event in self._endpointer.process(piece):
                self._notice(event, (time.perf_counter() - begun_s) * 1000)
        self._send(Listened(block.number, self._endpointer.phase != "silence"))

    def forget(self) -> None:
        """Drop the utterance under way and those that wait."""
        self._endpointer.reset()
        self._rest = self._rest[:0]
        self._begun.clear()
        self._mind.forget()

    def _notice(self, event: EndpointEvent, listen_ms: float) -> None:
        utterance = event.utterance
        if event.kind == "start" and utterance is not None:
            self._send(SpeechBegan(self._when(utterance.start_s)))
            if self._door is not None:
                self._door.begin(utterance.samples, self._when(utterance.start_s + self._margin_s))
        elif event.kind == "pause" and self.speculates and utterance is not None:
            self._guess(utterance)
        elif event.kind == "resume":
            self._endpointer.end_s = self._endpointer.config.end_s
            self._mind.guess(None)
        elif event.kind == "discard":
            self._discard()
        elif event.kind == "end" and utterance is not None:
            admission = None
            if self._door is not None:
                admission = self._door.admit(utterance, self._when(utterance.end_s))
                if admission.decision == "closed":
                    self._discard()
                    return
                self._door.end()
                utterance = admission.utterance
            self._utterances += 1
            begun_s, said_s = self._when(utterance.start_s), self._when(utterance.end_s - self._margin_s)
            times, lost_s = (begun_s, time.monotonic()), _lost_s(utterance)
            self._send(SpeechEnded(self._utterances, *times, utterance.damaged, said_s, lost_s))
            self._mind.take(self._utterances, utterance, listen_ms, admission)

    def _guess(self, utterance: Utterance) -> None:
        """Have an utterance recognized that may be whole, if it may be meant for the car."""
        if self._door is None:
            self._mind.guess(utterance)
        elif self._door.is_worth_recognizing:
            admission = self._door.admit(utterance, self._when(utterance.end_s))
            self._mind.guess(admission.utterance, admission)

    def _discard(self) -> None:
        """Tell that what was heard is nothing to be recognized."""
        if self._door is not None:
            self._door.end()
        self._mind.guess(None)
        self._send(SpeechEnded(0, time.monotonic(), time.monotonic()))

    def _frames(self, samples: Samples) -> list[Samples]:
        """Return the whole frames that there are with the next samples; what is left over waits."""
        sound = np.concatenate((self._rest, samples))
        whole = len(sound) - len(sound) % FRAME_SAMPLES
        self._rest = sound[whole:]
        return [sound[begin : begin + FRAME_SAMPLES] for begin in range(0, whole, FRAME_SAMPLES)]

    def _when(self, position_s: float) -> float:
        """Return when the sound at a position of the stream was recorded; now when that is not known any more."""
        known = [(at, begun_s) for at, begun_s in self._begun if at <= position_s]
        if not known:
            return self._begun[0][1] if self._begun else time.monotonic()
        at, begun_s = known[-1]
        return begun_s + (position_s - at)


def _lost_s(utterance: Utterance) -> float:
    """Return how much sound is missing within an utterance: its time is that of the source, its samples are fewer."""
    return max(0.0, utterance.end_s - utterance.start_s - len(utterance.samples) / SAMPLE_RATE_HZ)
