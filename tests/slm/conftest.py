from __future__ import annotations

import pytest

from cabin.slm.grammar import CallGrammar
from tests.slm import tiny


@pytest.fixture(scope="session")
def catalog_dir(tmp_path_factory):
    return tiny.write_catalog(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def catalog(catalog_dir):
    return tiny.load(catalog_dir)


@pytest.fixture(scope="session")
def vocabulary(catalog):
    return tiny.vocabulary(catalog)


@pytest.fixture(scope="session")
def grammar(catalog, vocabulary):
    return CallGrammar(tiny.spec(catalog), vocabulary)


@pytest.fixture(scope="session")
def fp32_dir(tmp_path_factory, catalog):
    return tiny.write_fp32(tmp_path_factory.mktemp("model") / "fp32", catalog)


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory, fp32_dir):
    """An INT8 model with random weights."""
    from cabin.quantization.scheme import Scheme
    from cabin_onnx.quantizer import OnnxQuantizer

    folder = tmp_path_factory.mktemp("model") / "int8"
    OnnxQuantizer().quantize(fp32_dir, folder, Scheme())
    return folder
