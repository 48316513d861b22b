from __future__ import annotations

import shutil

import pytest

from cabin.errors import ModelError
from cabin.quantization.scheme import Scheme
from cabin.quantization.worker import ModelProcess, resident_mib
from cabin.slm.parser import IntentParser
from cabin_onnx.backend import OnnxBackend


def test_it_says_what_the_parser_says_here(folder, environ):
    where = folder(Scheme())
    here = IntentParser.load(where, backend=OnnxBackend)
    with ModelProcess(where, "onnx", environ) as process:
        for text in ("open the left window", "play golden river", ""):
            found, expected = process.parse(text), here.parse(text)
            assert (found.commands, found.refused) == (expected.commands, expected.refused)
            assert found.confidence == pytest.approx(expected.confidence, rel=1e-5)
        steps = process.step_times()
        assert steps.prefill_ms > 0
        assert steps.token_ms > 0
        assert process.load_s > 0
        assert process.resident_mib() > 10


def test_a_model_that_cannot_be_loaded_is_told_here(folder, environ, tmp_path):
    copy = shutil.copytree(folder(Scheme()), tmp_path / "copy")
    (copy / "weights.bin").write_bytes(b"")
    with pytest.raises(ModelError, match=r"weights\.bin: model file is truncated"):
        ModelProcess(copy, "onnx", environ)
    with pytest.raises(ModelError, match="onx"):
        ModelProcess(folder(Scheme()), "onx", environ)


def test_a_process_that_ends_is_told(folder, environ):
    with ModelProcess(folder(Scheme()), "onnx", environ) as process:
        process._process.kill()
        process._process.join()
        with pytest.raises(ModelError, match="ended or did not answer"):
            process.parse("open the window")


def test_memory_of_this_process():
    assert 10 < resident_mib() < 100_000
