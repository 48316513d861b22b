"""How a detector is built: what is said by whom, how the network looks, how long it is trained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cabin.bench.noise.spoken import Saying
from cabin.bench.noise.voices import HIBARI, KEPT, TUNING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cabin.wake.training.texts import Texts

__all__ = ["DetectorShape", "Sayings", "WakeBuildPlan", "deal_kept", "deal_training", "quick_plan"]

_SPEEDS = (1.0, 0.9, 1.15, 1.0, 1.3)


@dataclass(frozen=True)
class DetectorShape:
    """The network: a first layer over four frames of features, then causal layers with growing steps back."""

    channels: int = 64
    """Width of every layer."""
    kernel: int = 4
    """How many earlier outputs a layer looks at, each `dilation` apart."""
    dilations: tuple[int, ...] = (1, 2, 4, 8)
    """One a layer, in steps of 32 ms."""

    @property
    def reach(self) -> int:
        """How many steps of 32 ms the network looks back at, the present one counted."""
        return 1 + (self.kernel - 1) * sum(self.dilations)

    @property
    def history(self) -> int:
        """Rows of state that are kept between steps."""
        return (self.kernel - 1) * sum(self.dilations)


@dataclass(frozen=True)
class WakeBuildPlan:
    """The recipe. The same plan and seed give the same examples."""

    seed: int = 1
    voices: tuple[str, ...] = TUNING
    """Who is trained on; those kept from all tuning only measure."""
    near: int = 5
    """Near misses that each voice says."""
    other: int = 3
    """Other sentences that each voice says."""
    commands: int = 2
    """Sentences that each voice says after the phrase in one breath."""
    cheap: int = 40
    """As many times more says hibari, whose voice costs nearly nothing."""
    judges: int = 4
    """So many of the voices are not trained on: by them the best state and the threshold are chosen."""
    examples: int = 8_000
    """Pieces of 2.56 s to train on."""
    steps: int = 1_200
    batch: int = 96
    peak_rate: float = 3e-3
    """Highest learning rate."""
    checkpoint_steps: int = 100
    shape: DetectorShape = DetectorShape()

    @property
    def judge_voices(self) -> tuple[str, ...]:
        """Return the voices that choose; none where there are too few to spare any."""
        able = [voice for voice in self.voices if voice != HIBARI]
        every = len(able) // self.judges if self.judges else 0
        return tuple(able[every // 2 :: every][: self.judges]) if every > 1 else ()

    def changed(self, **fields: object) -> WakeBuildPlan:
        """Return it with other values; None keeps what is."""
        given = {name: value for name, value in fields.items() if value is not None}
        return replace(self, **given)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Sayings:
    """Who says what."""

    phrase: tuple[Saying, ...]
    commands: tuple[Saying, ...]
    near: tuple[Saying, ...]
    other: tuple[Saying, ...]

    def by(self, voices: Sequence[str], others: bool = False) -> Sayings:
        """Return what these voices say, or what all others say."""
        kept = [tuple(s for s in kind if (s.voice in voices) != others) for kind in vars(self).values()]
        return Sayings(*kept)

    @property
    def all(self) -> tuple[Saying, ...]:
        """All of them; the costly ones are spread, so that what is left can be told from what is done."""
        return self.phrase + self.commands + self.near + self.other


def quick_plan() -> WakeBuildPlan:
    """Return a plan for a try: hibari's voice alone, a minute of training."""
    return WakeBuildPlan(voices=(HIBARI,), examples=2_000, steps=300)


def deal_training(plan: WakeBuildPlan, texts: Texts) -> Sayings:
    """Deal texts to the plan's voices: each says the phrase in all its forms, at different paces."""
    phrase, commands, near, other = [], [], [], []
    for number, voice in enumerate(plan.voices):
        times = plan.cheap if voice == HIBARI else 1
        phrase += _dealt(texts.phrase, voice, number, len(texts.phrase) * (6 if times > 1 else 1))
        if voice != HIBARI:  # its sentences are played at other rates, and then not aligned
            commands += _dealt(texts.commands, voice, number * plan.commands, plan.commands)
        near += _dealt(texts.near, voice, number * plan.near, plan.near * times)
        other += _dealt(texts.other, voice, number * plan.other, plan.other * times)
    return Sayings(*(tuple(dict.fromkeys(each)) for each in (phrase, commands, near, other)))


def deal_kept(texts: Texts, voices: Sequence[str] = KEPT, commands: int = 3) -> tuple[Saying, ...]:
    """Return the phrase, alone and before commands, as voices say it that nothing is trained on."""
    forms = ((texts.phrase[0], 1.0), (texts.phrase[1], 1.15))
    alone = [Saying(text, voice, speed) for voice in voices for text, speed in forms]
    within = [
        Saying(texts.commands[-1 - (number * commands + turn) % len(texts.commands)], voice, _SPEEDS[turn])
        for number, voice in enumerate(voices)
        for turn in range(commands if texts.commands else 0)
    ]
    return tuple(alone + within)


def _dealt(texts: Sequence[str], voice: str, begin: int, count: int) -> list[Saying]:
    """Return `count` sayings: texts from `begin` on in a circle, the pace another at each turn of it and text."""
    if not texts:
        return []
    paces = (0.85, *_SPEEDS, 0.8, 1.45) if count > len(texts) else _SPEEDS
    return [
        Saying(texts[(begin + at) % len(texts)], voice, paces[(begin + at + at // len(texts)) % len(paces)])
        for at in range(count)
    ]
