"""Speech kept on disk: said once, in a process of its own, and found again by what was said, by whom and how fast.

The voices are build-time tools of a checkout (scripts/voices) and nothing of cabin imports them; they are run as a
program: `python -m scripts.voices.speak_many FOLDER`, JSON lines in, one line out for each that is said.
"""

from __future__ import annotations

import hashlib
import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.errors import Problem, UsageError
from cabin.paths import checkout_dir

if TYPE_CHECKING:
    from cabin.messages import Samples

__all__ = ["Saying", "SpeechStore", "default_folder"]

_FORMAT = 1
"""Of how speech is made; another number makes all of it anew."""
_PROGRAM = "scripts.voices.speak_many"
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Saying:
    """A text, who says it and how fast."""

    text: str
    voice: str
    speed: float = 1.0
    """1 is the voice's own pace."""

    @property
    def key(self) -> str:
        """The name that its file has: a hash of everything that makes the sound."""
        whole = f"{_FORMAT}\n{self.voice}\n{self.speed:g}\n{self.text}"
        return hashlib.sha256(whole.encode()).hexdigest()[:32]


def default_folder() -> Path:
    """Return .cache/voices/spoken of the checkout. Raises UsageError when cabin runs from no checkout."""
    root = checkout_dir()
    if root is None or not (root / "scripts" / "voices").is_dir():
        raise UsageError(
            Problem(
                "the voices are part of a checkout of cabin, not of the installed package",
                expected="scripts/voices beside cabin/",
                hint="Run this in a checkout, or give recordings with --recordings.",
            )
        )
    return root / ".cache" / "voices" / "spoken"


class SpeechStore:
    """A folder of spoken texts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, saying: Saying) -> Path:
        """Return where the sound is, or would be."""
        return self.folder / saying.key[:2] / f"{saying.key}.wav"

    def read(self, saying: Saying) -> Samples:
        """Return the sound, mono float32 of shape (n,). Raises SoundError when it was not said yet."""
        from cabin.audio.wav import read_sound

        return read_sound(self.path(saying)).samples

    def missing(self, sayings: Iterable[Saying]) -> list[Saying]:
        """Return those that were not said yet, each once."""
        return [saying for saying in dict.fromkeys(sayings) if not self.path(saying).is_file()]

    def speak(self, sayings: Iterable[Saying], told: Callable[[int, int], None] = lambda _done, _all: None) -> int:
        """Say what is missing and return how many that were; `told` hears of each, with how many there are.

        What was said stays when this is interrupted. Raises UsageError when the voices cannot be run.
        """
        missing = self.missing(sayings)
        if not missing:
            return 0
        default_folder()
        lines = "".join(json.dumps(asdict(saying) | {"path": str(self.path(saying))}) + "\n" for saying in missing)
        with tempfile.TemporaryFile("w+", encoding="utf-8") as todo, tempfile.TemporaryFile("w+") as errors:
            todo.write(lines)
            todo.seek(0)
            command = [sys.executable, "-m", _PROGRAM]
            with subprocess.Popen(
                command, cwd=checkout_dir(), stdin=todo, stdout=subprocess.PIPE, stderr=errors, text=True
            ) as process:
                assert process.stdout is not None
                for done, _ in enumerate(process.stdout, 1):
                    told(done, len(missing))
            if process.returncode:
                errors.seek(0)
                seen = (errors.read().strip().splitlines() or [f"exit code {process.returncode}"])[-1]
                hint = "Run 'python -m scripts.voices.fetch' once, with the extra `voices` installed."
                raise UsageError(Problem("the voices cannot speak", _PROGRAM, seen, hint=hint))
        _logger.info("%d sentences spoken", len(missing))
        return len(missing)
