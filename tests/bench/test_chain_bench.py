from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from click.testing import CliRunner

from cabin.audio.wav import write_wav
from cabin.bench.chain_bench import main, measure_chain
from cabin.chain import Chain
from cabin.demo.script import DemoEntry, ExpectedCommand
from cabin.executor import Executor
from cabin.messages import Hypothesis, Transcript, Utterance
from cabin.plugins import load_plugins
from cabin.template_parser import TemplateParser
from cabin.vehicle.policy_file import load_policy


class Ears:
    """Hears "open the trunk" in everything."""

    def load(self):
        pass

    def close(self):
        pass

    def utterances(self, blocks, source):
        for block in blocks:
            yield Utterance(block, 0.0, 0.5, source)

    def recognize(self, utterance):
        return Transcript((Hypothesis("open the trunk", -1.0),), "ears")


@pytest.fixture
def chain(small_catalog, car):
    plugins = load_plugins({"CABIN_LOAD_PLUGINS": ""})
    return Chain(TemplateParser(small_catalog), Executor(small_catalog, load_policy(None), car, plugins), Ears())


def test_figures_of_all_rounds(chain, tmp_path):
    file = tmp_path / "trunk.wav"
    write_wav(file, (0.5 * np.sin(np.arange(8000) / 5)).astype(np.float32))
    right = DemoEntry(file, "open the trunk", expect=(ExpectedCommand("trunk.open"),), status=("done",))
    wrong = dataclasses.replace(right, expect=(ExpectedCommand("trunk.close"),))
    figures = measure_chain(chain, (right, wrong), rounds=2)
    assert (figures.recordings, figures.rounds, figures.right) == (2, 2, 1)
    assert {"listen", "recognize", "parse", "policy", "act", "total"} <= figures.ms.keys()
    assert all(0 <= stage["p50"] <= stage["p95"] for stage in figures.ms.values())


def test_a_model_that_is_not_there_is_told(tmp_path):
    done = CliRunner().invoke(main, ["--model", str(tmp_path / "gone")])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "gone" in done.stderr
