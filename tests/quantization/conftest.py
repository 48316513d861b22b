from __future__ import annotations

import os
from itertools import islice

import pytest

from cabin.quantization.scheme import Scheme
from cabin.slm.corpus import Corpus
from cabin.slm.evaluation import cases_of
from cabin.slm.grammar import CallGrammar
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny


@pytest.fixture(scope="session")
def catalog(tmp_path_factory):
    return tiny.load(tiny.write_catalog(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="session")
def fp32_dir(tmp_path_factory, catalog):
    return tiny.write_fp32(tmp_path_factory.mktemp("model") / "fp32", catalog)


@pytest.fixture(scope="session")
def folder(tmp_path_factory, fp32_dir):
    """Return a function: a scheme in, the folder of the tiny model in it out."""
    made = {}

    def quantized(scheme: Scheme):
        if scheme.name not in made:
            made[scheme.name] = tmp_path_factory.mktemp("models") / scheme.name
            OnnxQuantizer().quantize(fp32_dir, made[scheme.name], scheme)
        return made[scheme.name]

    return quantized


@pytest.fixture(scope="session")
def examples(catalog):
    return list(islice(Corpus(catalog).stream("held_back", 3), 24))


@pytest.fixture(scope="session")
def cases(examples):
    return cases_of(examples[:4])


@pytest.fixture(scope="session")
def grammar(catalog):
    return CallGrammar(tiny.spec(catalog), tiny.vocabulary(catalog))


@pytest.fixture(scope="session")
def environ():
    return dict(os.environ)
