from __future__ import annotations

import pytest

from cabin.slm.corpus import Corpus
from cabin.slm.grammar import CallGrammar
from tests.slm import tiny


@pytest.fixture(scope="session")
def gguf(tmp_path_factory):
    return tiny.write_gguf(tmp_path_factory.mktemp("base") / "tiny.gguf")


@pytest.fixture(scope="session")
def corpus(catalog):
    return Corpus(catalog, seed=1)


@pytest.fixture(scope="session")
def grammar(catalog, vocabulary):
    return CallGrammar(tiny.spec(catalog), vocabulary)
