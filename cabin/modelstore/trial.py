"""Whether an intent model works with what is installed: loaded, and asked what the daemon's self-test asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cabin import paths
from cabin.errors import ModelError, Problem

if TYPE_CHECKING:
    from cabin.config import CabinConfig
    from cabin.plugins import PluginManager

__all__ = ["SENTENCE", "Trial", "try_model"]

SENTENCE, INTENT = "open the passenger window halfway", "window.open"
"""What the recording of the daemon's self-test says, and what it means."""


@dataclass(frozen=True)
class Trial:
    """What came of it."""

    intent: str
    """What the sentence was understood as."""
    load_ms: float
    parse_ms: float


def try_model(
    plugins: PluginManager,
    config: CabinConfig,
    folder: Path,
    catalogs: Sequence[Path] = (),
    model_dir: Callable[[str], Path] = paths.models_dir,
) -> Trial:
    """Load a model with the installed catalogs and parse a sentence.

    Raises ModelError when it cannot be loaded or does not understand it, ModelMismatchError when it was built for
    another catalog.
    """
    from cabin.assembly import open_catalog, open_parser

    catalog = open_catalog(plugins, catalogs)
    begun_s = time.perf_counter()
    parser = open_parser(plugins, config, catalog, folder, model_dir)
    loaded_s = time.perf_counter()
    parse = parser.parse(SENTENCE)
    found = [command.intent for command in parse.commands]
    if INTENT in catalog.intents and found != [INTENT]:
        seen = ", ".join(found) or f"refused ({parse.refused})"
        raise ModelError(Problem(f"the model does not understand {SENTENCE!r}", str(folder), seen, INTENT))
    ended_s = time.perf_counter()
    return Trial(", ".join(found), (loaded_s - begun_s) * 1000, (ended_s - loaded_s) * 1000)
