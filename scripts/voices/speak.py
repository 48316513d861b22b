"""Say a text into a wav file: python -m scripts.voices.speak TEXT --voice NAME --speed S --out FILE."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cabin.audio.wav import write_wav
from cabin.errors import CabinError
from scripts.voices.noise import CarNoise, car_noise, mix
from scripts.voices.speech import HIBARI, VOICES, synthesize

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Say a text into a 16 kHz wav file, if wanted in the noise of a car."""
    parser = argparse.ArgumentParser(prog="python -m scripts.voices.speak", description=main.__doc__)
    parser.add_argument("text", help="what is said")
    parser.add_argument("--voice", default=HIBARI, help=f"one of: {', '.join(VOICES)}")
    parser.add_argument("--speed", type=float, default=1.0, help="1 is the voice's own pace")
    parser.add_argument("--snr", type=float, metavar="DB", help="add car noise, speech this many dB above it")
    parser.add_argument("--car-speed", type=float, default=100.0, metavar="KPH", help="how fast the noisy car drives")
    parser.add_argument("--seed", type=int, default=0, help="of the noise")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the wav file to write")
    options = parser.parse_args(arguments)
    try:
        sound = synthesize(options.text, options.voice, options.speed)
        if options.snr is not None:
            noise = car_noise(len(sound), CarNoise(speed_kph=options.car_speed), options.seed)
            sound = mix(sound, noise, options.snr)
        write_wav(options.out, sound)
    except CabinError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
