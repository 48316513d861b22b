"""The bias of a configuration: the catalogs' language, compiled or out of the cache. None where it is off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cabin.catalog.loader import CatalogDir
    from cabin.catalog.schema import Catalog
    from cabin.speech.bias import Bias, BiasConfig

__all__ = ["open_bias"]


def open_bias(config: BiasConfig, dirs: Sequence[CatalogDir], catalog: Catalog | None = None) -> Bias | None:
    """Return what a recognizer leans to, or None when it is not to lean.

    Raises CatalogError, and ConfigError for lists of run time that the catalogs do not have.
    """
    if config.strength == "off":
        return None
    from cabin.speech.bias import Bias
    from cabin.speech.bias_cache import load_language_graph
    from cabin.speech.bias_language import Language
    from cabin.speech.bias_lists import ListFiles
    from cabin.speech.lexicon import load_lexicon

    language = Language(load_language_graph(dirs, catalog))
    lists = ListFiles(language, config.lists) if config.lists else None
    return Bias(language, load_lexicon(), config, lists)
