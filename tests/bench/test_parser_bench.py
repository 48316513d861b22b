from __future__ import annotations

import json

from click.testing import CliRunner

from cabin.bench.parser_bench import SENTENCES, main, measure_parser
from cabin.quantization.scheme import Scheme
from cabin.template_parser import TemplateParser
from cabin_onnx.quantizer import OnnxQuantizer
from tests.slm import tiny


def test_sentences_have_the_twelve_words_that_the_budget_is_stated_for():
    assert {len(sentence.split()) for sentence in SENTENCES} == {12}


def test_every_round_but_the_first_is_counted(small_catalog):
    asked = []

    class Counting(TemplateParser):
        def parse(self, text):
            asked.append(text)
            return super().parse(text)

    figures = measure_parser(Counting(small_catalog), ("open the trunk", "dance"), rounds=3)
    assert asked == ["open the trunk", "dance"] * 4
    assert (figures.sentences, figures.rounds) == (2, 3)
    assert 0 < figures.p50_ms <= figures.p95_ms <= figures.worst_ms
    assert figures.peak_memory_mib > 5


def test_prints_one_object():
    done = CliRunner().invoke(main, ["--model", "none", "--rounds", "1"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert (figures["bench"], figures["sentences"]) == ("parser", len(SENTENCES))


def test_a_model_that_is_not_there_is_told(tmp_path):
    done = CliRunner().invoke(main, ["--model", str(tmp_path / "gone")])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "gone" in done.stderr


def test_engines_are_compared_in_processes_of_their_own(tmp_path, monkeypatch):
    catalog = tiny.load(tiny.write_catalog(tmp_path / "catalog"))
    OnnxQuantizer().quantize(tiny.write_fp32(tmp_path / "fp32", catalog), tmp_path / "model", Scheme())
    monkeypatch.setenv("CABIN_LOAD_PLUGINS", "cabin_onnx,cabin_numpy")
    done = CliRunner().invoke(main, ["--model", str(tmp_path / "model"), "--rounds", "1", "--backend", "all"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert (figures["bench"], list(figures["backends"]), figures["left_out"]) == ("backends", ["onnx", "numpy"], {})


def test_an_engine_that_nobody_registered():
    done = CliRunner().invoke(main, ["--backend", "onx"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Did you mean 'onnx'?" in done.stderr
