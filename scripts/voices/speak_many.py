"""Say many texts: JSON lines {"text", "voice", "speed", "path"} on standard input, a wav file for each.

python -m scripts.voices.speak_many < todo.jsonl

Prints the path of each file when it is whole; files that are there already are not made again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from cabin.audio.wav import write_wav
from cabin.errors import CabinError, Problem, UsageError
from scripts.voices.speech import synthesize

__all__ = ["main", "speak_many"]


def speak_many(lines: Iterable[str]) -> None:
    """Say each line and print its path. Raises UsageError with the number of a line that is wrong."""
    for number, line in enumerate(lines, 1):
        try:
            wanted = json.loads(line)
            text, voice, speed, path = wanted["text"], wanted["voice"], float(wanted["speed"]), Path(wanted["path"])
        except (ValueError, KeyError, TypeError) as error:
            expected = '{"text", "voice", "speed", "path"}'
            raise UsageError(Problem("not a line to say", f"line {number}", line.strip()[:80], expected)) from error
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.stem}.{os.getpid()}.wav")
            try:
                write_wav(part, synthesize(text, voice, speed))
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        print(path, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Say what standard input asks for."""
    argparse.ArgumentParser(prog="python -m scripts.voices.speak_many", description=main.__doc__).parse_args(arguments)
    try:
        speak_many(sys.stdin)
    except CabinError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
