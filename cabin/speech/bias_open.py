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
    """Return what a recognizer leans to, or None when it is not to lean. Raises CatalogError."""
    if config.strength == "off":
        return None
    from cabin.speech.bias import Bias
    from cabin.speech.bias_cache import load_language_graph
    from cabin.speech.bias_language import Language
    from cabin.speech.lexicon import load_lexicon

    return Bias(Language(load_language_graph(dirs, catalog)), load_lexicon(), config)
