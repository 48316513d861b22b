"""The recognizer's figures on a folder of recordings, as one JSON object.

    taskset -c 0 python -m cabin_moonshine.measure --recordings DIR [--model base|tiny] [--beam N]

Each recording (.wav, .flac) is cut by the voice detector, 0.3 s kept on each side, and its longest utterance
recognized. Word error is counted against the unquantized rebuild of the same model, which is built for it in a
temporary folder.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from cabin import paths
from cabin.errors import CabinError
from cabin.messages import SAMPLE_RATE_HZ
from cabin_moonshine.memory import measure_memory
from cabin_moonshine.rebuild import fetch_and_rebuild
from cabin_moonshine.recognizer import MODELS, MoonshineRecognizer

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["Figures", "cut_recordings", "measure", "recognize_all", "word_error_rate", "word_errors"]

_SHORT_S, _LONG_S = 3.0, 5.0
"""The real-time factor is taken over utterances between these."""
_MEMORY_UTTERANCES = 20
_BLOCK = SAMPLE_RATE_HZ // 10


@dataclass(frozen=True)
class Figures:
    """What is measured of one model."""

    model: str
    beam: int
    recordings: int
    empty: int
    """Recordings in which nothing was heard."""
    timed: int
    """Utterances of 3 to 5 s."""
    rtf_p50: float | None
    """Real-time factor: seconds of work a second of sound; None when none was timed."""
    rtf_p95: float | None
    cpu_p50: float | None
    """The same in processor time, which other programs on the core do not stretch."""
    cpu_p95: float | None
    disk_mb: float
    """Megabytes (10^6 bytes) of the model's folder."""
    resident_mib: float
    """Above a process with onnxruntime imported, after 20 utterances."""
    word_error: float | None
    """Against the unquantized rebuild; None when that was not asked for."""


def cut_recordings(folder: Path, limit: int | None = None) -> dict[str, Samples]:
    """Return the longest utterance of each recording, by file name; files in which nobody speaks are left out."""
    from cabin.audio.endpoint import utterances
    from cabin.audio.vad import SileroDetector
    from cabin.audio.wav import read_sound

    detector = SileroDetector()
    cut: dict[str, Samples] = {}
    for path in sorted(each for each in folder.iterdir() if each.suffix in (".wav", ".flac")):
        sound = read_sound(path).samples
        detector.reset()
        blocks = (sound[start : start + _BLOCK] for start in range(0, len(sound), _BLOCK))
        found = [utterance.samples for utterance in utterances(blocks, detector, source=path.name)]
        if found:
            cut[path.name] = max(found, key=len)
        if limit is not None and len(cut) >= limit:
            break
    return cut


def recognize_all(model_dir: Path, sounds: dict[str, Samples], beam: int = 1) -> dict[str, tuple[str, float, float]]:
    """Return the text of each sound, and the seconds and seconds of processor time that it took."""
    recognizer = MoonshineRecognizer(model_dir, beam=beam)
    results = {}
    for name, sound in sounds.items():
        begun, begun_cpu = time.perf_counter(), time.process_time()
        recognizer.accept(sound)
        text = recognizer.final().text
        results[name] = (text, time.perf_counter() - begun, time.process_time() - begun_cpu)
    recognizer.close()
    return results


def word_errors(reference: Sequence[str], heard: Sequence[str]) -> int:
    """Return the fewest words inserted, left out or replaced that make one the other (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for count, word in enumerate(reference, 1):
        previous, row[0] = row[0], count
        for index, other in enumerate(heard, 1):
            best = min(row[index] + 1, row[index - 1] + 1, previous + (word != other))
            previous, row[index] = row[index], best
    return row[-1]


def word_error_rate(references: Sequence[str], heard: Sequence[str]) -> float:
    """Return all errors over all words of the references."""
    words = sum(len(text.split()) for text in references)
    errors = sum(word_errors(a.split(), b.split()) for a, b in zip(references, heard, strict=True))
    return errors / words if words else 0.0


def measure(model_dir: Path, sounds: dict[str, Samples], beam: int, unquantized: Path | None) -> Figures:
    """Measure one model on sounds that are cut already."""
    results = recognize_all(model_dir, sounds, beam)
    seconds = {name: len(sound) / SAMPLE_RATE_HZ for name, sound in sounds.items()}
    timed = [name for name, length in seconds.items() if _SHORT_S <= length <= _LONG_S]
    wall = [results[name][1] / seconds[name] for name in timed]
    cpu = [results[name][2] / seconds[name] for name in timed]
    word_error = None
    if unquantized is not None:
        reference = recognize_all(unquantized, sounds, beam)
        word_error = word_error_rate([reference[name][0] for name in sounds], [results[name][0] for name in sounds])
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "sounds.npz"
        first = list(sounds.values())[:_MEMORY_UTTERANCES]
        np.savez(file, **{f"sound_{index}": sound for index, sound in enumerate(first)})  # type: ignore[arg-type]
        memory = measure_memory(model_dir, file, beam)
    return Figures(
        model=model_dir.name,
        beam=beam,
        recordings=len(sounds),
        empty=sum(not text for text, *_ in results.values()),
        timed=len(timed),
        rtf_p50=_percentile(wall, 50),
        rtf_p95=_percentile(wall, 95),
        cpu_p50=_percentile(cpu, 50),
        cpu_p95=_percentile(cpu, 95),
        disk_mb=round(sum(path.stat().st_size for path in model_dir.iterdir()) / 1e6, 1),
        resident_mib=memory["after_mib"],
        word_error=round(word_error, 4) if word_error is not None else None,
    )


def _percentile(values: Sequence[float], percent: int) -> float | None:
    return round(float(np.percentile(values, percent)), 4) if values else None


@click.command(help="Print the recognizer's figures on a folder of recordings as one JSON object.")
@click.option("--recordings", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--model", type=click.Choice(sorted(MODELS)), default="base", show_default=True)
@click.option("--beam", type=click.IntRange(1, 16), default=1, show_default=True)
@click.option("--limit", type=click.IntRange(1), help="Take only the first recordings.")
@click.option("--fp32/--no-fp32", default=True, help="Compare with the unquantized rebuild (fetches the model again).")
def main(recordings: Path, model: str, beam: int, limit: int | None, fp32: bool) -> None:
    """Measure and print."""
    try:
        sounds = cut_recordings(recordings, limit)
        with tempfile.TemporaryDirectory() as scratch:
            unquantized = fetch_and_rebuild(MODELS[model], Path(scratch), "fp32") if fp32 else None
            figures = measure(paths.models_dir(MODELS[model]), sounds, beam, unquantized)
        sys.stdout.write(json.dumps(asdict(figures)) + "\n")
    except CabinError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
