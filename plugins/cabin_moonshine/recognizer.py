"""Moonshine behind cabin's recognizer interface."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.errors import ConfigError, ModelError, Problem, nearest
from cabin.messages import SAMPLE_RATE_HZ, Hypothesis, Transcript
from cabin_moonshine.architecture import ARCHITECTURE_FILE, MIN_SAMPLES, TOKENIZER_FILE
from cabin_moonshine.biased import BiasedSearch
from cabin_moonshine.decoder import Decoded, GreedyPath, decode_beam, decode_greedy, decode_greedy_path
from cabin_moonshine.model import EncodedSound, MoonshineModel
from cabin_moonshine.normalize import normalize
from cabin_moonshine.options import MAX_BEAM
from cabin_moonshine.tokenizer import Tokenizer

if TYPE_CHECKING:
    from cabin.messages import Samples
    from cabin.speech.bias import Bias
    from cabin.speech.recognizer import RecognizerSettings
    from cabin_moonshine.decoder import Scorer

__all__ = ["MODELS", "MoonshineRecognizer", "create_recognizer", "hypotheses"]

MODELS = {"base": "moonshine-base-en", "tiny": "moonshine-tiny-en"}
"""Values of the option `model` and the folders they stand for."""

_PARTIAL_EVERY_SAMPLES = SAMPLE_RATE_HZ // 4
_SHORTEST_SAMPLES = max(MIN_SAMPLES, SAMPLE_RATE_HZ // 10)
"""Less than a tenth of a second holds no word."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Options:
    model: str = "base"
    beam: int = 0
    """Beams kept; 0: as many as hypotheses are asked for."""


class MoonshineRecognizer:
    """Collects an utterance and recognizes it whole; not thread-safe.

    `final` after `partial` with no sound in between reuses the encoder's work, so that recognizing on trial at a short
    pause is not paid twice.
    """

    name = "moonshine"

    def __init__(
        self,
        model_dir: Path,
        n_best: int = 1,
        beam: int = 0,
        threads: int = 1,
        max_utterance_s: float = 30.0,
        bias: Bias | None = None,
    ) -> None:
        """Load the model. Raises ModelError when the folder is not what `cabin models get` made.

        With a bias the free reading is followed by `beam` beams, 1 when that is 0: the others come from the catalog.
        """
        self.n_best = n_best
        self.beam = max(beam, 1) if bias is not None else max(beam, n_best)
        self.scorer: Scorer | None = None
        """Steers the search of `final` when set (cabin_moonshine.decoder.Scorer)."""
        self._model = MoonshineModel(model_dir, threads)
        self._tokenizer = Tokenizer(model_dir / TOKENIZER_FILE)
        self._biased = BiasedSearch(bias, self._tokenizer) if bias is not None else None
        self._limit = int(max_utterance_s * SAMPLE_RATE_HZ)
        self._blocks: list[Samples] = []
        self._length = 0
        self._encoded: EncodedSound | None = None
        self._heard: Transcript = Transcript((), self.name, is_final=False)
        self._heard_samples = 0

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's pieces, for whoever writes a Scorer."""
        return self._tokenizer

    def accept(self, samples: Samples) -> None:
        """Take the next samples; what goes past the longest utterance is dropped."""
        room = self._limit - self._length
        if room > 0 and len(samples):
            block = np.array(samples[:room], np.float32)
            self._blocks.append(block)
            self._length += len(block)

    def partial(self) -> Transcript:
        """Return the greedy reading of the sound so far; looked at again for every quarter of a second that is new."""
        new = self._length - self._heard_samples
        at_limit = self._length >= self._limit
        if self._length >= _SHORTEST_SAMPLES and (new >= _PARTIAL_EVERY_SAMPLES or (new and at_limit)):
            found = hypotheses([decode_greedy(self._model, self._encode())], self._tokenizer)
            self._heard = Transcript(found, self.name, is_final=at_limit)
            self._heard_samples = self._length
        return self._heard

    def final(self) -> Transcript:
        """Return the n best readings and reset."""
        found: tuple[Hypothesis, ...] = ()
        evidence: float | None = None
        if self._length >= _SHORTEST_SAMPLES:
            sound = self._encode()
            path: GreedyPath | None = None
            if self.beam == 1 and self.scorer is None:
                greedy, path = decode_greedy_path(self._model, sound)
                decoded = [greedy]
            else:
                decoded = decode_beam(self._model, sound, self.beam, scorer=self.scorer)
            found = hypotheses(decoded, self._tokenizer)[: self.n_best]
            if self._biased is not None and decoded:
                found, evidence = self._biased.choose(self._model, sound, found, decoded[0], self.n_best, path)
        self.reset()
        return Transcript(found, self.name, catalog_evidence=evidence)

    def reset(self) -> None:
        """Forget the utterance begun."""
        self._blocks.clear()
        self._length = self._heard_samples = 0
        self._encoded = None
        self._heard = Transcript((), self.name, is_final=False)

    def close(self) -> None:
        """Free the model; no other call follows."""
        self.reset()
        self._model.close()

    def _encode(self) -> EncodedSound:
        if self._encoded is None or self._encoded.samples != self._length:
            sound = self._blocks[0] if len(self._blocks) == 1 else np.concatenate(self._blocks)
            self._blocks[:] = [sound]
            self._encoded = self._model.encode(sound)
        return self._encoded


def hypotheses(decoded: list[Decoded], tokenizer: Tokenizer) -> tuple[Hypothesis, ...]:
    """Return readings by text, best first: spellings that differ only in case or punctuation count as one.

    The log-probability of a text is that of any of its spellings: ln(sum(exp)). Empty texts are left out.
    """
    best: dict[str, float] = {}
    order: dict[str, float] = {}
    for each in decoded:
        text = normalize(tokenizer.decode(each.tokens))
        if text:
            best[text] = float(np.logaddexp(best.get(text, -math.inf), each.log_prob))
            order.setdefault(text, -len(order))
    return tuple(Hypothesis(text, best[text]) for text in sorted(order, key=lambda text: -order[text]))


def create_recognizer(settings: RecognizerSettings) -> MoonshineRecognizer:
    """Make the recognizer from its section of cabin.yaml.

    Options: `beam` (MoonshineOptions); `model`, base or tiny, where `model_dir` is the folder of all models.
    Raises ConfigError for wrong options, ModelError when the model is not there.
    """
    options = _read_options(settings.options)
    folder = settings.model_dir
    if not (folder / ARCHITECTURE_FILE).is_file():
        folder = folder / MODELS[options.model] if (folder / MODELS[options.model]).is_dir() else folder
    if not (folder / ARCHITECTURE_FILE).is_file():
        known = folder.name if folder.name in MODELS.values() else MODELS[options.model]
        hint = f"Run 'cabin models get {known}'."
        raise ModelError(Problem("no Moonshine model here", str(folder), f"no {ARCHITECTURE_FILE}", hint=hint))
    return MoonshineRecognizer(
        folder, settings.n_best, options.beam, settings.threads, settings.max_utterance_s, settings.bias
    )


def _read_options(options: Mapping[str, Any]) -> _Options:
    known = _Options.__dataclass_fields__
    problems = [Problem(f"unknown option {key!r}", hint=nearest(key, known)) for key in options if key not in known]
    model, beam = options.get("model", _Options.model), options.get("beam", _Options.beam)
    if model not in MODELS:
        problems.append(Problem("no such Moonshine model", "model", repr(model), " or ".join(MODELS)))
    if not isinstance(beam, int) or isinstance(beam, bool) or not 0 <= beam <= MAX_BEAM:
        problems.append(Problem("no number of beams", "beam", repr(beam), f"a whole number from 0 to {MAX_BEAM}"))
    if problems:
        raise ConfigError(problems)
    return _Options(model, beam)
