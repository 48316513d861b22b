"""fillers/LIST.txt: many more phrases of a list of lists.yaml, one a line, that only building a model needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cabin.catalog.reading import Reader
from cabin.catalog.schema import Place, WordList
from cabin.errors import Problem, nearest
from cabin.yamlfile import MAX_BYTES

__all__ = ["FOLDER", "filler_files", "read_fillers"]

FOLDER = "fillers"
_ENDING, _COMMENT = ".txt", "#"


def filler_files(folder: Path) -> list[Path]:
    """Return the files of a catalog's fillers/, sorted, whatever their ending; hidden ones are left out."""
    inside = folder / FOLDER
    return sorted(path for path in inside.glob("*") if not path.name.startswith(".")) if inside.is_dir() else []


def read_fillers(reader: Reader, path: Path, known: dict[str, WordList]) -> None:
    """Add the lines of one file to the list of its name in `known`, each a phrase that stands for itself.

    A phrase that the list has already as an entry of its own stays one entry. What is wrong goes to `reader`: no such
    list, a line that is empty, not normalized or there twice, one that the list knows as another value's phrase.
    """
    if path.suffix != _ENDING:
        reader.problems.append(Problem(f"not read: the ending is not {_ENDING}", str(path)))
        return
    words = known.get(path.stem)
    if words is None:
        if "lists" not in reader.broken:
            hint = nearest(path.stem, known) or "Name the file after a list of a lists.yaml."
            reader.problems.append(Problem(f"unknown list {path.stem!r}", str(path), hint=hint))
        return
    text = _text(reader, path)
    if text is not None:
        owner = {phrase: value for value, phrases in words.entries.items() for phrase in phrases}
        more = {phrase: (phrase,) for phrase in _phrases(reader, path, text, owner) if phrase not in words.entries}
        known[words.name] = WordList(words.name, {**words.entries, **more}, words.slot)


def _text(reader: Reader, path: Path) -> str | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            reader.problems.append(Problem("the file is too large", str(path), expected=f"at most {MAX_BYTES} bytes"))
            return None
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        reader.problems.append(Problem(f"cannot be read: {error.strerror or error}", str(path)))
    except UnicodeDecodeError as error:
        reader.problems.append(Problem("not UTF-8", str(path), f"byte {error.start}", hint="Save it as UTF-8."))
    return None


def _phrases(reader: Reader, path: Path, text: str, owner: Mapping[str, str]) -> dict[str, int]:
    """Return phrase -> line of what a file holds, without its mistakes, which are told."""
    from cabin.slm.text import normalize

    found: dict[str, int] = {}
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, 1):
        where = Place(path, number)
        if line.startswith(_COMMENT):
            continue
        phrase = normalize(line)
        if not line.strip():
            reader.at(where, "the line is empty")
        elif phrase != line:
            reader.at(where, "not as utterances are normalized", seen=line[:80], expected=phrase)
        elif line in found:
            reader.at(where, f"{line!r} stands twice", hint=f"It is in line {found[line]} already.")
        elif owner.get(line, line) != line:
            reader.at(where, f"{line!r} stands for two values", seen=f"{owner[line]!r} and itself")
        else:
            found[line] = number
    if not found and not any(problem.where.startswith(str(path)) for problem in reader.problems):
        reader.problems.append(Problem("no phrase in the file", str(path)))
    return found
