"""What a worker is made from: the configuration as the main process holds it.

So a file that has become wrong since does not stop a worker from being replaced.

It crosses as a pickle, from the main process to the child that it started and never the other way: the main process
is the more trusted of the two.
"""

from __future__ import annotations

import copyreg
import functools
import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cabin import paths

if TYPE_CHECKING:
    from cabin.chain import Parser
    from cabin.config import CabinConfig
    from cabin.hearing import LazyHearing
    from cabin.wake.detector import Hear
    from cabin.wake.door import WakeDoor

__all__ = ["HearingSetup", "open_setup"]


@dataclass(frozen=True)
class HearingSetup:
    """All that a worker needs to know."""

    config: CabinConfig
    environ: Mapping[str, str]
    """Tells where plugins and models are."""
    model: Path | None = None
    """Replaces the intent model of the configuration."""
    catalogs: tuple[Path, ...] = ()
    """Replace the catalogs of the plugins."""
    hears: bool = True
    """False: only texts are parsed; no recognizer is loaded."""
    speculate: bool = True
    """Whether to begin recognizing at the first short pause."""

    def to_bytes(self) -> bytes:
        """Return it as a pickle."""
        buffer = io.BytesIO()
        pickler = pickle.Pickler(buffer, protocol=5)
        pickler.dispatch_table = copyreg.dispatch_table.copy()
        pickler.dispatch_table[MappingProxyType] = _reduce_mapping
        pickler.dump(self)
        return buffer.getvalue()

    @staticmethod
    def from_bytes(data: bytes) -> HearingSetup:
        """Return what `to_bytes` gave. Only for what the main process sent."""
        made = pickle.loads(data)
        assert isinstance(made, HearingSetup)
        return made


def open_setup(setup: HearingSetup, hear: Hear) -> tuple[Parser, LazyHearing | None, WakeDoor | None]:
    """Load the parser and, where it hears, the recognizer, the detectors and the gate. Raises CabinError.

    The gate is None where whatever is said may be a command; `hear` is for wake detectors that ask the recognizer.

    Both at once, on two threads: reading and preparing models waits for the disk and leaves Python's lock alone.
    """
    from concurrent.futures import ThreadPoolExecutor

    from cabin.assembly import open_catalog, open_hearing, open_parser
    from cabin.plugins import load_plugins
    from cabin.wake.opening import open_door

    plugins = load_plugins(setup.environ)
    plugins.configure(setup.config.guard, setup.config.plugins)
    model_dir = functools.partial(paths.models_dir, environ=setup.environ)
    hearing = open_hearing(plugins, setup.config, model_dir, setup.catalogs) if setup.hears else None
    with ThreadPoolExecutor(1) as second:
        loading = second.submit(hearing.load) if hearing is not None else None
        catalog = open_catalog(plugins, setup.catalogs)
        parser = open_parser(plugins, setup.config, catalog, setup.model, model_dir)
        if loading is not None:
            loading.result()
    door = open_door(plugins, setup.config.wake, hear) if hearing is not None else None
    return parser, hearing, door


def _reduce_mapping(mapping: Any) -> tuple[Callable[[dict[Any, Any]], Any], tuple[dict[Any, Any]]]:
    return _to_mapping, (dict(mapping),)


def _to_mapping(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)
