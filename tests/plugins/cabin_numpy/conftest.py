from __future__ import annotations

import pytest

from tests.slm import tiny


@pytest.fixture(scope="session")
def catalog(tmp_path_factory):
    return tiny.load(tiny.write_catalog(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="session")
def fp32_dir(tmp_path_factory, catalog):
    return tiny.write_fp32(tmp_path_factory.mktemp("model") / "fp32", catalog)
