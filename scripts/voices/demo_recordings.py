"""Make the recordings that a list of YAML tells, beside that list.

Lists are cabin/demo/recordings/demo.yaml, which also says what must come of each, and tests/fixtures/recordings.yaml.
The same list and the same voices give the same bytes.
"""

from __future__ import annotations

import argparse
import logging
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from cabin.audio.wav import write_wav
from cabin.errors import CabinError
from cabin.messages import SAMPLE_RATE_HZ
from scripts.voices.noise import CarNoise, a_weighted_db, car_noise, mix
from scripts.voices.speech import HIBARI, speak_phonemes, synthesize

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["main", "make_recording"]

_DEMO = Path(__file__).resolve().parents[2] / "cabin" / "demo" / "recordings" / "demo.yaml"
_LEAD_S = 0.3
_log = logging.getLogger(__name__)


def make_recording(entry: dict[str, Any]) -> Samples:
    """Return the sound of one entry of a list, mono float32 at SAMPLE_RATE_HZ.

    Raises UsageError for an unknown voice.
    """
    lead = _silence(_LEAD_S)
    parts = [lead, _voice(entry), lead] if "text" in entry else [_silence(entry["silence_s"])]
    if "then" in entry:
        rest = entry["then"]
        parts += [_silence(rest["silence_s"]), _voice({**entry, **rest}), lead]
    sound = np.concatenate(parts)
    if "noise" not in entry:
        return sound
    noise = dict(entry["noise"])
    snr_db, level_db = noise.pop("snr_db", None), noise.pop("level_db", None)
    # The file's name is the seed: a recording stays the same when others are added to its list.
    around = car_noise(len(sound), CarNoise(**noise), zlib.crc32(entry["file"].encode()))
    if snr_db is None:
        return np.asarray(around * 10 ** ((level_db - a_weighted_db(around)) / 20), dtype=np.float32)
    return mix(sound, around, snr_db)


def _voice(entry: dict[str, Any]) -> Samples:
    voice, speed = entry.get("voice", HIBARI), entry.get("speed", 1.0)
    if "phonemes" in entry:
        return speak_phonemes(entry["phonemes"], voice, speed)
    return synthesize(entry["text"], voice, speed)


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), dtype=np.float32)


def main(arguments: list[str] | None = None) -> int:
    """Make the recordings of a list of YAML, by default those of `cabin demo`, beside it."""
    parser = argparse.ArgumentParser(prog="python -m scripts.voices.demo_recordings", description=main.__doc__)
    parser.add_argument("list", type=Path, nargs="?", default=_DEMO, help="the list, a YAML file")
    parser.add_argument("--only", metavar="FILE", help="make this one recording")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        for entry in yaml.safe_load(options.list.read_text(encoding="utf-8"))["recordings"]:
            if options.only in (None, entry["file"]):
                write_wav(options.list.parent / entry["file"], make_recording(entry))
                _log.info("%s  %s", entry["file"], entry.get("text", ""))
    except CabinError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
