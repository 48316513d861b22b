"""From a phrase to the folder of a detector: texts, voices, examples, training, INT8, figures. Whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from cabin.errors import ModelError, Problem
from cabin.messages import SAMPLE_RATE_HZ
from cabin.wake.features import STEP_S
from cabin.wake.package import DETECTOR_FILE, INFO_FILE, REPORT_FILE, WakeModelInfo, info_bytes
from cabin.wake.training.corpus import Examples, make_examples, read_clips
from cabin.wake.training.export import export_network
from cabin.wake.training.plan import deal_kept, deal_training
from cabin.wake.training.texts import draw_texts
from cabin.wake.training.trainer import WakeTrainer
from cabin.wake.training.variants import learn_variants

if TYPE_CHECKING:
    from cabin.bench.noise.spoken import SpeechStore
    from cabin.catalog.schema import Catalog
    from cabin.messages import Samples
    from cabin.wake.phrase import WakePhrase
    from cabin.wake.training.corpus import Clips
    from cabin.wake.training.network import WakeNetwork
    from cabin.wake.training.plan import WakeBuildPlan
    from cabin.wake.training.texts import Texts

__all__ = ["Tell", "WakeBuild", "build_detector", "choose_threshold"]

Tell = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and of how much."""

_HELD_BACK = 800
_MISSED_SHARE = 0.02
_LOWEST, _HIGHEST = 0.1, 0.5
_MEAN_OF = 3


@dataclass(frozen=True)
class WakeBuild:
    """What a build came to."""

    folder: Path
    info: WakeModelInfo
    held_back: dict[str, float]
    """Of voices that training never heard, and that chose: missed and false_pieces, shares; and the threshold."""
    bytes_on_disk: int


def build_detector(
    phrase: WakePhrase,
    catalog: Catalog,
    store: SpeechStore,
    out: Path,
    plan: WakeBuildPlan,
    work: Path,
    tell: Tell = lambda _what, _done, _all: None,
    recognize: Callable[[Samples], str] | None = None,
) -> WakeBuild:
    """Build a detector into `out`, which is replaced if it holds one.

    `recognize` reads a sound, to learn how the phrase is misread. `work` keeps the checkpoint, `store` what was
    spoken: interrupted, the same call goes on. Raises UsageError when the voices cannot speak, ModelError when `out`
    holds something else or the disk is full.
    """
    _check_out(out)
    texts = draw_texts(phrase, catalog, plan.seed)
    sayings = deal_training(plan, texts)
    store.speak((*sayings.all, *deal_kept(texts)), lambda done, of: tell("speaking", done, of))
    judges = plan.judge_voices
    clips = read_clips(store, sayings.by(judges, others=True))
    chosen_by = make_examples(
        read_clips(store, sayings.by(judges)) if judges else clips, _held_back(plan), plan.seed + 1
    )
    examples = make_examples(clips, plan.examples, plan.seed, lambda done: tell("mixing", done, plan.examples))
    trainer = WakeTrainer(plan, examples, work / f"{_key(phrase, plan)}.pt", chosen_by)
    if trainer.resume():
        tell("training", trainer.step, plan.steps)
    trainer.run(lambda progress: tell(f"training, loss {progress.loss:.3f}", progress.step, progress.steps))
    held_back = choose_threshold(trainer.network, chosen_by)
    network = export_network(trainer.network)
    heard_as = _misread(phrase, clips, texts, recognize, tell) if recognize is not None else ()
    info = WakeModelInfo(
        phrase.text,
        held_back["threshold"],
        _longest_s(clips),
        (plan.shape.history, plan.shape.channels),
        hashlib.sha256(network).hexdigest(),
        heard_as,
        plan.seed,
        sum(parameter.numel() for parameter in trainer.network.parameters()),
        trainer.step,
    )
    report = {"plan": asdict(plan), "held_back": held_back, "sayings": {k: len(v) for k, v in vars(sayings).items()}}
    _write(out, {DETECTOR_FILE: network, INFO_FILE: info_bytes(info), REPORT_FILE: _text(report)})
    trainer.checkpoint.unlink(missing_ok=True)
    return WakeBuild(out, info, held_back, sum(path.stat().st_size for path in out.iterdir()))


def choose_threshold(network: WakeNetwork, examples: Examples) -> dict[str, float]:
    """Return the threshold under which `_MISSED_SHARE` of the phrases would lie, and what it lets through.

    A low one: what is let through is read by the recognizer, what is not is lost.
    """
    with torch.no_grad():
        logits = network(torch.from_numpy(examples.features.astype(np.float32)))
        scores = torch.sigmoid(logits).numpy()
    means = np.stack([scores[:, at : scores.shape[1] - _MEAN_OF + 1 + at] for at in range(_MEAN_OF)]).mean(axis=0)
    told = examples.labels[:, _MEAN_OF - 1 :]
    has_phrase = (examples.labels == 1).any(axis=1)
    said = np.where(told == 1, means, 0.0).max(axis=1)[has_phrase]
    other = means.max(axis=1)[~has_phrase]
    wanted = float(np.quantile(said, _MISSED_SHARE)) if len(said) else _LOWEST
    threshold = float(np.clip(wanted, _LOWEST, _HIGHEST))
    return {
        "threshold": round(threshold, 3),
        "missed": round(float(np.mean(said < threshold)), 4) if len(said) else 0.0,
        "false_pieces": round(float(np.mean(other >= threshold)), 4) if len(other) else 0.0,
    }


def _misread(
    phrase: WakePhrase, clips: Clips, texts: Texts, recognize: Callable[[Samples], str], tell: Tell
) -> tuple[str, ...]:
    """Return what the recognizer makes of the phrase as the voices say it."""
    said = [clip.sound[: clip.end] for clip in clips.phrase]
    others = (*texts.other, *(text.partition(", ")[2] for text in texts.commands))
    return learn_variants(phrase, said, recognize, others, told=lambda done: tell("reading", done, len(said)))


def _held_back(plan: WakeBuildPlan) -> int:
    return min(_HELD_BACK, max(50, plan.examples // 5))


def _longest_s(clips: Clips) -> float:
    """Return how long the phrase takes at its slowest, with room for those who are slower still."""
    longest = max(clip.end for clip in clips.phrase) / SAMPLE_RATE_HZ
    return round(longest * 1.2 + 4 * STEP_S, 2)


def _key(phrase: WakePhrase, plan: WakeBuildPlan) -> str:
    told = json.dumps([phrase.text, asdict(plan)], sort_keys=True)
    return f"wake-{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _text(report: dict[str, Any]) -> bytes:
    return (json.dumps(report, indent=2) + "\n").encode()


def _check_out(out: Path) -> None:
    """Raise ModelError unless a folder can be written there without losing anything but a detector."""
    known = {DETECTOR_FILE, INFO_FILE, REPORT_FILE}
    others = sorted(path.name for path in out.iterdir() if path.name not in known) if out.is_dir() else []
    if others or (out.exists() and not out.is_dir()):
        seen = f"it holds {others[0]}" if others else "a file"
        raise ModelError(Problem("this place is taken", str(out), seen, hint="Name a new folder with --out."))


def _write(out: Path, files: dict[str, bytes]) -> None:
    """Put a folder in place, whole. Raises ModelError when the disk does not take it."""
    part: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
        part.chmod(0o755)
        for name, data in files.items():
            (part / name).write_bytes(data)
        if out.is_dir():
            shutil.rmtree(out)
        os.replace(part, out)
    except OSError as error:
        raise ModelError(Problem("the detector cannot be written", str(out), str(error))) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
