"""A stranger's catalog, and a way to see what the loader says about a changed one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.errors import CatalogError

DEVICE = """
device: fragrance
title: scent diffuser
zones:
  default: [Front]
  front: [Front]
  all: [Front, Rear]
intents:
  "on":
    slots: {scent: [rose, sea_breeze], position: [front, all]}
    cases:
      - when: {scent: given}
        set:
          "Vehicle.Scent.{place}.IsOn": true
          "Vehicle.Scent.{place}.Kind": {map: scent, rose: ROSE, sea_breeze: SEA}
      - set: {"Vehicle.Scent.{place}.IsOn": true}
    reply: The {scent} scent is on.
    sentences:
      - (turn|switch) on the [{position}] scent diffuser
      - slots: {scent: rose}
        sentences: [make it smell of roses]
      - i want the smell of {scent}
  set:
    title: set the scent
    slots:
      value: {number: [0, 10], words: [max, min], required: true}
      unit: [percent, level]
    set: {Vehicle.Scent.Front.Strength: "{value}"}
    reply: Scent at {value}.
    sentences:
      - set the scent [strength] to {value}
      - scent strength {value} percent
      - slots: {value: max}
        sentences: [full scent]
  up:
    slots: {amount: [little, lot]}
    set: {Vehicle.Scent.Front.Strength: {by: 2, little: 1, lot: 5}}
    reply: More scent.
    sentences: [more scent]
  note:
    slots: {person: {open: true, required: true}, text: open}
    action: note_scent
    sentences:
      - tell {person} about the scent
      - tell {person} that the scent is {text}
      - tell {person} {text} right now
  get:
    read: [Vehicle.Scent.Front.Strength]
    reply: The scent is at {reading}.
    sentences: [how strong is the scent]
"""

SIGNALS = """
signals:
  Vehicle.Scent.{Front,Rear}.IsOn: {kind: actuator, datatype: boolean, standard: false}
  Vehicle.Scent.{Front,Rear}.Kind: {kind: actuator, datatype: string, allowed: [ROSE, SEA], standard: false}
  Vehicle.Scent.{Front,Rear}.Strength:
    {kind: actuator, datatype: uint8, unit: percent, min: 0, max: 10, initial: 2, rate_per_s: 5, standard: false}
  Vehicle.Scent.Left: {kind: sensor, datatype: float, min: 0, max: 1.5, standard: false}
"""

LISTS = """
lists:
  scent:
    entries: {rose: [rose, roses], sea_breeze: [the sea, sea breeze], pine: [pine]}
  person: [mom, doctor smith]
  text: [too strong, nice]
"""

Files = dict[str, str]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the cache of the tests away from the user's."""
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def files() -> Files:
    """The stranger's files, for a test to change."""
    return {"fragrance.yaml": DEVICE, "signals.yaml": SIGNALS, "lists.yaml": LISTS}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write files into a catalog folder."""

    def write_files(files: Files, name: str = "catalog") -> Path:
        folder = tmp_path / name
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        return folder

    return write_files


@pytest.fixture
def catalog(write: Callable[..., Path], files: Files) -> Catalog:
    """The stranger's catalog, loaded."""
    return load_catalog([write(files)])


@pytest.fixture
def problems(write: Callable[..., Path]) -> Callable[[Files], list[str]]:
    """Return what loading says about files, sentences included; nothing when all is well."""

    def load(files: Files) -> list[str]:
        try:
            load_catalog([write(files)], sentences=True)
        except CatalogError as error:
            return [str(problem) for problem in error.problems]
        return []

    return load


@pytest.fixture
def mistake(problems: Callable[[Files], list[str]], files: Files) -> Callable[[str, str, str], str]:
    """Change one place of one file of the stranger's catalog, and return the one problem that this causes."""

    def change(old: str, new: str, file: str = "fragrance.yaml") -> str:
        assert files[file].count(old) >= 1, f"{old!r} is not in {file}"
        found = problems({**files, file: files[file].replace(old, new, 1)})
        assert len(found) == 1, found
        assert f"{file}:" in found[0]
        return found[0]

    return change
