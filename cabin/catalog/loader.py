"""Folders of catalog YAML into one checked Catalog. All mistakes of all files are told at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from cabin.catalog.cache import cache_key, read_cached, write_cached
from cabin.catalog.devices import DeviceContext, read_device
from cabin.catalog.fillers import filler_files, read_fillers
from cabin.catalog.lists import read_lists
from cabin.catalog.reading import Reader
from cabin.catalog.schema import Catalog, Combination, Intent, RefusalGroup, SignalSpec, WordList
from cabin.catalog.sentences import SentenceReader, read_combinations, read_refusals, read_sentence_file
from cabin.catalog.signals import merge_signals, read_signals
from cabin.errors import CatalogError, Problem, nearest
from cabin.yamlfile import Node

__all__ = ["COMMON_LISTS", "CatalogDir", "catalog_files", "load_catalog", "named_dirs"]

_log = logging.getLogger(__name__)

CatalogDir = Path | tuple[str, Path]
"""A folder, perhaps with the name of the plugin that it belongs to."""

COMMON_LISTS = Path(__file__).with_name("lists.yaml")
"""Words that every catalog may use."""

_SIGNALS, _LISTS = "signals.yaml", "lists.yaml"
_SENTENCE_FOLDERS = ("sentences", "refusals")


@dataclass
class _Loading:
    """What was read so far."""

    reader: Reader = field(default_factory=Reader)
    signals: dict[str, SignalSpec] = field(default_factory=dict)
    lists: dict[str, WordList] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    combinations: list[Combination] = field(default_factory=list)
    refusals: list[RefusalGroup] = field(default_factory=list)


def named_dirs(dirs: Iterable[CatalogDir]) -> list[tuple[str, Path]]:
    """Return (plugin, folder) for each; a folder alone has no plugin. A folder given twice counts once."""
    named = [(entry[0], Path(entry[1])) if isinstance(entry, tuple) else ("", Path(entry)) for entry in dirs]
    return list({folder.resolve(): (plugin, folder) for plugin, folder in reversed(named)}.values())[::-1]


def catalog_files(folder: Path, sentences: bool) -> list[Path]:
    """Return the YAML files of a catalog folder, sorted; without those of sentences/ and refusals/ unless asked for."""
    files = sorted(folder.glob("*.yaml"))
    for name in _SENTENCE_FOLDERS if sentences else ():
        files += sorted((folder / name).glob("*.yaml"))
    return files


def load_catalog(dirs: Iterable[CatalogDir], *, sentences: bool = False) -> Catalog:
    """Read and check catalog folders together.

    `dirs` are folders, or pairs of a plugin's name and its folder. `sentences` also reads sentences/, refusals/ and
    fillers/, which only building a model and checking need. Raises CatalogError with every mistake of every file. What
    was read without sentences is kept in the user's cache and taken from there while no file changes.
    """
    named = named_dirs(dirs)
    if sentences:
        return _read(named, True)
    files = [COMMON_LISTS, *(path for _, folder in named for path in catalog_files(folder, False))]
    try:
        key = cache_key(named, files)
    except OSError:  # a file vanished or is a dead link: reading it says so
        return _read(named, False)
    catalog = read_cached(key)
    if catalog is None:
        catalog = _read(named, False)
        write_cached(key, catalog)
    return catalog


def _read(named: list[tuple[str, Path]], sentences: bool) -> Catalog:
    loading = _Loading()
    reader = loading.reader
    _check_dirs(reader, named)
    root = reader.file(COMMON_LISTS, "lists")
    if root is not None:
        read_lists(reader, root, loading.lists)
    for _, folder in named:
        _read_common(loading, folder)
    for path in [path for _, folder in named for path in filler_files(folder)] if sentences else ():
        read_fillers(reader, path, loading.lists)
    for plugin, folder in named:
        _read_devices(loading, plugin, folder)
    for _, folder in named if sentences else ():
        _read_sentences(loading, folder)
    if reader.problems:
        raise CatalogError(reader.problems)
    _log.debug(
        "catalog: %d intents, %d signals from %d folders", len(loading.intents), len(loading.signals), len(named)
    )
    return Catalog(
        loading.intents, loading.signals, loading.lists, tuple(loading.combinations), tuple(loading.refusals)
    )


def _check_dirs(reader: Reader, named: list[tuple[str, Path]]) -> None:
    for plugin, folder in named:
        of = f" of plugin {plugin!r}" if plugin else ""
        if not folder.is_dir():
            what = f"no such catalog folder{of}" if not folder.exists() else f"the catalog{of} is not a folder"
            near = (
                nearest(folder.name, [p.name for p in folder.parent.iterdir() if p.is_dir()])
                if folder.parent.is_dir()
                else ""
            )
            reader.problems.append(Problem(what, str(folder), hint=near))
            reader.broken |= {"signals", "lists", "devices"}
            continue
        if not any(catalog_files(folder, True)):
            reader.problems.append(
                Problem(f"no YAML file in the catalog folder{of}", str(folder), expected="device.yaml, signals.yaml")
            )
        for path in sorted(folder.glob("**/*.yml")):
            reader.problems.append(Problem("not read: the ending is .yml", str(path), hint="Rename it to .yaml."))


def _read_common(loading: _Loading, folder: Path) -> None:
    """Read signals.yaml and lists.yaml, which everything else is checked against."""
    reader = loading.reader
    if (folder / _SIGNALS).is_file():
        root = reader.file(folder / _SIGNALS, "signals")
        if root is not None:
            merge_signals(reader, loading.signals, read_signals(reader, root))
    if (folder / _LISTS).is_file():
        root = reader.file(folder / _LISTS, "lists")
        if root is not None:
            read_lists(reader, root, loading.lists)


def _read_devices(loading: _Loading, plugin: str, folder: Path) -> None:
    context = DeviceContext(loading.signals, loading.lists, plugin)
    devices = {intent.device: intent for intent in loading.intents.values()}
    for path in catalog_files(folder, False):
        if path.name in (_SIGNALS, _LISTS):
            continue
        root = loading.reader.file(path, "devices")
        if root is None:
            continue
        intents = read_device(loading.reader, root, context)
        first = devices.get(intents[0].device) if intents else None
        if first is not None:
            _tell_duplicate(loading.reader, root, intents[0], first)
            continue
        for intent in intents:
            loading.intents[intent.name] = intent
            devices.setdefault(intent.device, intent)


def _tell_duplicate(reader: Reader, root: Node, second: Intent, first: Intent) -> None:
    node = root.get("device") or root
    owner = f"plugin {first.plugin!r}, " if first.plugin and first.plugin != second.plugin else ""
    hint = f"It is first described in {owner}{first.where.file}; give this one another name."
    reader.problem(node, f"device {second.device!r} is described twice", "device", seen="", hint=hint)


def _read_sentences(loading: _Loading, folder: Path) -> None:
    sentences = SentenceReader(loading.reader, loading.lists)
    top_level = set(catalog_files(folder, False))
    for path in catalog_files(folder, True):
        if path in top_level:
            continue
        root = loading.reader.file(path, "sentences")
        if root is None:
            continue
        if root.get("combined") is not None:
            loading.combinations += read_combinations(sentences, root, loading.intents)
        elif root.get("refusals") is not None:
            loading.refusals += read_refusals(sentences, root)
        else:
            for name, groups in read_sentence_file(sentences, root, loading.intents).items():
                intent = loading.intents[name]
                loading.intents[name] = replace(intent, sentences=(*intent.sentences, *groups))
