"""The Vosk recognizer: an open decoder and, if wanted, one held to a grammar beside it, over one model."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.errors import ConfigError, Problem
from cabin.messages import SAMPLE_RATE_HZ, Transcript
from cabin_vosk.model import can_take_grammar, damaged, load_model, split_phrases
from cabin_vosk.options import VoskOptions
from cabin_vosk.readings import Scored, clean, join, rank, scored_texts

if TYPE_CHECKING:
    from cabin.messages import Hypothesis, Samples
    from cabin.speech.recognizer import RecognizerSettings

__all__ = ["VoskRecognizer"]

_STEP = SAMPLE_RATE_HZ // 5
"""Samples handed over at once: Vosk decodes in steps of 0.2 s, and looks for its own endpoint between them."""

_log = logging.getLogger(__name__)


class VoskRecognizer:
    """Hears one utterance at a time with Vosk. Not thread-safe; two decoders share one model.

    FinalResult is taken at every end, also when the utterance is thrown away: nothing else frees Vosk's decoder and
    front end, and a recognizer that is never brought to an end grows by tens of megabytes in minutes.
    """

    name = "vosk"

    def __init__(self, settings: RecognizerSettings) -> None:
        """Load the model.

        Raises ModelError for a folder that is none, ConfigError for options that do not fit, PluginError without vosk.
        """
        self._options = VoskOptions.from_mapping(settings.options)
        self._n_best = settings.n_best
        self._limit = round(settings.max_utterance_s * SAMPLE_RATE_HZ)
        with_grammar = self._options.grammar == "beside"
        if with_grammar and settings.model_dir.is_dir() and not can_take_grammar(settings.model_dir):
            raise ConfigError(
                Problem(
                    "this model takes no grammar: its graph was built beforehand",
                    "plugins.vosk.grammar",
                    seen=str(settings.model_dir),
                    expected="a model with graph/HCLr.fst",
                    hint="Set grammar to 'off', or choose a small model.",
                )
            )
        self._model: Any = load_model(settings.model_dir)
        phrases, self.unknown_words = split_phrases(self._model, self._options.phrases if with_grammar else ())
        if self.unknown_words:
            _log.warning(
                "the model lacks these words, phrases with them are left out: %s", ", ".join(self.unknown_words)
            )
        if with_grammar and not phrases:
            raise ConfigError(
                Problem(
                    "the model can hear none of the phrases",
                    "plugins.vosk.phrases",
                    seen=", ".join(self.unknown_words),
                    hint="Use words that the model has.",
                )
            )
        self._phrases = frozenset(tuple(clean(phrase).split()) for phrase in phrases)
        grammars = [None, self._grammar(phrases)] if with_grammar else [None]
        try:
            self._decoders = [_Decoder(self._model, self._options.alternatives, grammar) for grammar in grammars]
        except Exception as error:  # vosk raises bare Exception; a damaged graph shows only here
            raise damaged(settings.model_dir, error) from error
        self._taken = 0

    def accept(self, samples: Samples) -> None:
        """Take the next samples, shape (n,), mono float32 in [-1, 1] at 16 kHz; those past the limit are dropped."""
        samples = samples[: self._limit - self._taken]
        self._taken += len(samples)
        pcm = np.rint(np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2")
        for begin in range(0, len(pcm), _STEP):
            block = pcm[begin : begin + _STEP].tobytes()
            for decoder in self._decoders:
                decoder.accept(block)

    def partial(self) -> Transcript:
        """Return the open decoder's reading so far; it is final once the longest utterance is reached."""
        readings = self._decoders[0].partial() if self._taken else []
        return Transcript(self._heard(readings)[:1], self.name, is_final=self._taken >= self._limit)

    def final(self) -> Transcript:
        """Return the n-best of the utterance, best first, and reset."""
        answers = [decoder.final() for decoder in self._decoders] if self._taken else [[]]
        self._taken = 0
        # The decoders' readings compete: same sound, same acoustic model, so their scores stand on one scale. To Vosk a
        # grammar is a bag of words that it chains as it likes, so a reading of it counts only when it is whole phrases.
        readings = answers[0] + [reading for answer in answers[1:] for reading in answer if self._is_phrases(reading)]
        return Transcript(self._heard(readings)[: self._n_best], self.name)

    def reset(self) -> None:
        """Forget the utterance begun."""
        self.final()

    def close(self) -> None:
        """Free the decoders and the model."""
        self._decoders.clear()
        self._model = None

    def _heard(self, readings: list[Scored]) -> tuple[Hypothesis, ...]:
        """Rank the readings that say something; none, when the best of all says nothing."""
        nothing = ("", *self._options.noise_words)
        ranked = rank(readings)
        if not ranked or ranked[0].text in nothing:
            return ()
        return tuple(hypothesis for hypothesis in ranked if hypothesis.text not in nothing)

    def _is_phrases(self, reading: Scored) -> bool:
        words = reading[0].split()
        reached = [True] + [False] * len(words)
        for end in range(1, len(words) + 1):
            reached[end] = any(reached[begin] and tuple(words[begin:end]) in self._phrases for begin in range(end))
        return reached[-1]

    def _grammar(self, phrases: list[str]) -> str:
        unknown = ["[unk]"] if split_phrases(self._model, ["[unk]"])[0] else []
        return json.dumps(phrases + unknown, ensure_ascii=False)


class _Decoder:
    """One Vosk decoder. It ends an utterance on its own at a pause; what it heard up to there is kept and joined."""

    def __init__(self, model: Any, alternatives: int, grammar: str | None) -> None:
        import vosk

        arguments = (model, float(SAMPLE_RATE_HZ)) + ((grammar,) if grammar is not None else ())
        self._kaldi = vosk.KaldiRecognizer(*arguments)
        self._kaldi.SetMaxAlternatives(alternatives)
        self._keep = alternatives
        self._ended: list[Scored] = [("", 0.0)]

    def accept(self, pcm: bytes) -> None:
        """Take 16-bit samples."""
        if self._kaldi.AcceptWaveform(pcm):
            self._ended = join(self._ended, scored_texts(self._kaldi.Result()), self._keep)

    def partial(self) -> list[Scored]:
        """Return the best reading so far; the end of it may still change."""
        under_way = clean(json.loads(self._kaldi.PartialResult()).get("partial", ""))
        return join(self._ended[:1], [(under_way, 0.0)], 1)

    def final(self) -> list[Scored]:
        """Return the readings of the utterance and begin a new one."""
        readings = join(self._ended, scored_texts(self._kaldi.FinalResult()), self._keep)
        self._ended = [("", 0.0)]
        return readings
