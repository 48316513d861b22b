"""From sound to text: voice detector, endpointer and recognizer, each loaded when first needed.

Text use (`cabin say`, `cabin parse`) so loads no recognizer, and no sound library.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cabin.audio.endpoint_config import EndpointConfig
    from cabin.audio.vad import SileroDetector
    from cabin.messages import Samples, Transcript, Utterance
    from cabin.speech.recognizer import Recognizer

__all__ = ["LazyHearing"]


class LazyHearing:
    """Implements cabin.chain.Hearing. Not thread-safe."""

    def __init__(self, load_recognizer: Callable[[], Recognizer], endpoint: EndpointConfig | None = None) -> None:
        """`load_recognizer` raises ModelError or ConfigError; it is called once, at the first utterance."""
        self._load_recognizer = load_recognizer
        self._endpoint = endpoint
        self._widths: dict[str, int | None] = {}
        """How wide the recognizer searches as configured."""

    @cached_property
    def recognizer(self) -> Recognizer:
        """The recognizer, loaded. Raises ModelError when its files are not there."""
        return self._load_recognizer()

    @cached_property
    def detector(self) -> SileroDetector:
        """The voice detector, loaded. Raises ModelError when its file is not there."""
        from cabin.audio.vad import SileroDetector

        return SileroDetector()

    def load(self) -> None:
        """Load everything now, so that the first utterance is as fast as the others."""
        _ = self.recognizer, self.detector

    def utterances(self, blocks: Iterable[Samples], source: str) -> Iterator[Utterance]:
        """Yield the utterances of a finite stream of blocks. Raises SoundError, or ModelError: no detector."""
        from cabin.audio.endpoint import utterances

        self.detector.reset()
        yield from utterances(blocks, self.detector, self._endpoint, source)

    def recognize(self, utterance: Utterance, n_best: int | None = None) -> Transcript:
        """Return what was said in one utterance, in at most `n_best` readings; None: as many as are configured."""
        recognizer = self.recognizer
        self._narrow(recognizer, n_best)
        recognizer.reset()
        recognizer.accept(utterance.samples)
        transcript = recognizer.final()
        return dataclasses.replace(transcript, hypotheses=transcript.hypotheses[:n_best], is_final=True)

    def _narrow(self, recognizer: Recognizer, most: int | None) -> None:
        """Set how wide a recognizer searches, where it can be set."""
        for name in ("n_best", "beam"):
            own = self._widths.setdefault(name, getattr(recognizer, name, None))
            if isinstance(own, int):
                setattr(recognizer, name, own if most is None else min(own, most))

    def close(self) -> None:
        """Close the recognizer if it was ever loaded."""
        if "recognizer" in self.__dict__:
            self.recognizer.close()
            del self.__dict__["recognizer"]
