"""What a speech recognizer is to cabin: one streaming interface, whatever engine is behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from cabin.messages import Samples, Transcript
    from cabin.speech.bias import Bias

__all__ = ["Recognizer", "RecognizerFactory", "RecognizerSettings"]


@dataclass(frozen=True)
class RecognizerSettings:
    """What a recognizer is made from."""

    model_dir: Path
    """The folder of its model files, already verified."""
    n_best: int = 1
    """How many hypotheses `final` gives at most."""
    threads: int = 1
    max_utterance_s: float = 30.0
    """Samples past this length are dropped and the transcript says so by being final early."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """The recognizer's own section of cabin.yaml: plugins.NAME, if its plugin registered one."""
    bias: Bias | None = None
    """The language to lean to, for recognizers that can; None: none."""


@runtime_checkable
class Recognizer(Protocol):
    """Hears one utterance at a time. Not thread-safe: one thread owns it.

    One whose search can be narrowed has `n_best` and `beam` as attributes: on a machine that cannot follow they are
    set lower between utterances.
    """

    name: str

    def accept(self, samples: Samples) -> None:
        """Take the next samples of the utterance: shape (n,), mono float32 in [-1, 1] at 16 kHz."""
        ...

    def partial(self) -> Transcript:
        """Return what was heard so far (is_final False); may be empty; must not change what `final` returns."""
        ...

    def final(self) -> Transcript:
        """Return the n-best of the utterance, best first, and reset. Too little sound gives none, not an error."""
        ...

    def reset(self) -> None:
        """Forget the utterance begun."""
        ...

    def close(self) -> None:
        """Free memory and threads; no other call follows."""
        ...


RecognizerFactory = Callable[[RecognizerSettings], Recognizer]
