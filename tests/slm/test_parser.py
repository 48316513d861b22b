from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.catalog.fingerprint import check
from cabin.errors import ModelError, ModelMismatchError
from cabin.messages import Command
from cabin.slm.calibration import EVIDENCE, Calibration
from cabin.slm.package import read_info
from cabin.slm.parser import IntentParser
from cabin.slm.text import MAX_CHARACTERS
from cabin.slm.vocabulary import REFUSALS
from cabin_onnx.backend import OnnxBackend

WORDS = ["open", "heat", "play", "22.5", "minus", "left", "🚗", "my"]


@pytest.fixture(scope="session")
def parser(model_dir, catalog):
    return IntentParser.load(model_dir, catalog, backend=OnnxBackend)


class Willed(IntentParser):
    """A parser whose model wants to write given tokens: every hidden state scores the next of them highest."""

    def will(self, *names: str):
        tokens = [name if isinstance(name, int) else self._vocabulary.ids[name] for name in names]
        table = self._table

        class Table:
            """The prompt is fed first; then what was chosen, and what was forced, in the order written."""

            written = -1

            def embed(self, fed):
                self.written = 0 if self.written < 0 else self.written + len(fed)
                return table.embed(fed)

            def score(self, hidden, allowed):
                wanted = tokens[self.written] if self.written < len(tokens) else -1
                return np.array([9.0 if token == wanted else 0.0 for token in allowed], np.float32)

        return Willed(self.info, self._vocabulary, Table(), self._backend, spec=self.spec)


@pytest.fixture(scope="session")
def willed(model_dir, catalog):
    return Willed.load(model_dir, catalog, backend=OnnxBackend)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS)).map(" ".join)))
def test_any_text_gives_commands_or_a_refusal_never_both(parser, text):
    found = parser.parse(text)
    assert bool(found.commands) != (found.refused is not None)
    assert found.refused in (None, *REFUSALS)
    assert 0 <= found.confidence <= 1
    assert found.ms["total"] >= 0
    for command in found.commands:
        row = {slot.name: slot for slot in parser.spec.slots[command.intent]}
        assert set(command.slots) <= set(row) | {"unit"}
        for name, slot in row.items():
            if slot.kind == "number" and isinstance(command.slots.get(name), int | float):
                assert slot.minimum <= command.slots[name] <= slot.maximum


def test_the_same_text_gives_the_same_twice(parser):
    for text in ("open the left window to 20 percent", "play quiet river by road golden", "warmer"):
        first, second = parser.parse(text), parser.parse(text)
        assert (first.commands, first.refused, first.confidence) == (second.commands, second.refused, second.confidence)


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "🚗🚗🚗", "?!", "x" * (MAX_CHARACTERS + 1), "ﷺ" * MAX_CHARACTERS, "日本語" * 100, "9 " * 199,
        "1" * MAX_CHARACTERS,
    ],
)  # fmt: skip
def test_what_is_no_utterance_is_unclear(parser, text):
    found = parser.parse(text)
    assert (found.text, found.commands, found.refused) == (text, (), "unclear")


def test_a_text_whose_tokens_do_not_fit_is_unclear(parser):
    assert parser.parse("日本語 " * 90).refused == "unclear"


def test_a_number_out_of_range_is_impossible(willed):
    assert (
        willed.will("device:heat", "action:set", "value#0", "end").parse("heat to 40 degrees").refused == "impossible"
    )
    found = willed.will("device:heat", "action:set", "value#0", "end").parse("heat to 22.5 degrees")
    assert [(c.intent, c.slots) for c in found.commands] == [("heat.set", {"value": 22.5, "unit": "degree"})]


def test_a_unit_that_does_not_fit_is_unclear(willed):
    assert willed.will("device:heat", "action:set", "value#0", "end").parse("heat to 20 percent").refused == "unclear"
    assert willed.will("device:window", "action:open", "value#0", "end").parse("open 20 degrees").refused == "unclear"


NAMES = st.from_regex(r"[b-e0-9]{1,3}(?:[-.'/& ][b-e0-9]{1,3}){0,4}", fullmatch=True)


@settings(max_examples=30)
@given(NAMES)
def test_a_name_is_copied_with_its_hyphens_points_and_digits(willed, name):
    reading = willed._vocabulary.read(f"play {name}")
    tokens = reading.token_span(1, len(reading.words))
    found = willed.will("device:music", "action:play", "open:song", *tokens, "end").parse(f"play {name}")
    assert [command.slots for command in found.commands] == [{"song": name}]


def test_levels_and_percent_are_heard_where_an_intent_has_no_units(willed):
    spec = replace(willed.spec, units=dict.fromkeys(willed.spec.units, ()))
    bare = Willed(willed.info, willed._vocabulary, willed._table, willed._backend, spec=spec)

    def slots(*call, text):
        found = bare.will(*call, "value#0", "end").parse(text)
        return [command.slots for command in found.commands] or found.refused

    opened, heated = ("device:window", "action:open"), ("device:heat", "action:set")
    assert slots(*opened, text="open two notches") == [{"value": 2}]
    assert slots(*opened, text="open to level three") == [{"value": 3}]
    assert slots(*opened, text="open 20 percent") == [{"value": 20}]
    assert slots(*opened, text="open 20 degrees") == "unclear"
    assert slots(*heated, text="heat to 20 percent") == "unclear"  # reaches 28: percent of what?


def test_a_number_without_unit_has_none(willed):
    found = willed.will("device:window", "action:open", "value#0", "end").parse("open 20")
    assert found.commands[0].slots == {"value": 20}


def test_a_required_slot_that_was_not_said_is_unclear(willed):
    row = tuple(replace(slot, required=slot.name == "value") for slot in willed.spec.slots["window.open"])
    spec = replace(willed.spec, slots={**willed.spec.slots, "window.open": row})
    strict = Willed(willed.info, willed._vocabulary, willed._table, willed._backend, spec=spec)
    assert strict.will("device:window", "action:open", "end").parse("open the window").refused == "unclear"
    assert willed.will("device:window", "action:open", "end").parse("open the window").commands[0].slots == {}


def test_the_same_command_twice_is_one(willed):
    up = ["device:heat", "action:up"]
    found = willed.will(*up, "and", *up, "end").parse("warmer and warmer")
    assert [command.intent for command in found.commands] == ["heat.up"]


def test_what_is_not_written_to_its_end_is_unclear(willed):
    text = " ".join(["river"] * 50)
    tokens = willed._vocabulary.read(text).tokens
    assert len(tokens) < 100
    names = [
        "device:music",
        "action:play",
        "open:song",
        *tokens,
        "and",
        "device:music",
        "action:play",
        "open:song",
        *tokens,
    ]
    assert willed.will(*names, "end").parse(text).refused == "unclear"


def test_below_the_confidence_to_act_it_says_why(parser):
    text = "open the left window to 20 percent"
    sure = parser.parse(text)
    found = parser.with_calibration(Calibration(confirm=1.01)).parse(text)
    assert found.commands == ()
    assert found.refused in REFUSALS
    assert [each.slots for each in found.doubted] == [each.slots for each in sure.commands] != []
    assert (found.confidence, sure.doubted) == (sure.confidence, ())


def test_confidence_is_computed_from_the_evidence_told(parser):
    assert parser.parse("warmer").confidence == pytest.approx(math.exp(parser.parse("warmer").evidence["log_prob"]))
    fitted = Calibration(0.5, {"log_prob": 0.25, "calls": -1.0})
    warm = parser.with_calibration(fitted).parse("warmer")
    assert warm.confidence == fitted.confidence(warm.evidence)
    assert set(warm.evidence) == set(EVIDENCE)


def test_between_the_borders_a_command_is_unsure(parser):
    text = "open the left window to 20 percent"
    assert [command.unsure for command in parser.with_calibration(Calibration(act=0.0)).parse(text).commands] == [False]
    unsure = parser.with_calibration(Calibration(act=1.01)).parse(text)
    assert [command.unsure for command in unsure.commands] == [True]
    assert unsure.refused is None


def test_configured_borders_stand_before_the_models_own(model_dir, catalog):
    asking = IntentParser.load(model_dir, catalog, backend=OnnxBackend, zones=(None, 1.0))
    assert all(command.unsure for command in asking.parse("warmer").commands)
    deaf = IntentParser.load(model_dir, catalog, backend=OnnxBackend, zones=(1.0, 0.0))
    assert deaf.parse("warmer").commands == ()


def test_a_matching_template_needs_no_model(model_dir, catalog):
    class Matcher:
        def match(self, text):
            return (Command("sunroof.open", by="template"),) if text == "open the sunroof" else None

    parser = IntentParser.load(model_dir, catalog, backend=OnnxBackend, matcher=Matcher())
    assert parser.parse("Open the sunroof!").commands == (Command("sunroof.open", by="template"),)
    assert all(command.by == "model" for command in parser.parse("open the window").commands)


@pytest.fixture
def copy(model_dir, tmp_path):
    return shutil.copytree(model_dir, tmp_path / "copy")


@pytest.mark.parametrize("name", ["decoder.onnx", "tokens.npy", "token_scales.npy", "tokenizer.json", "model.json"])
def test_a_truncated_file_is_named(copy, catalog, name):
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError, match=name):
        IntentParser.load(copy, catalog, backend=OnnxBackend)


@pytest.mark.parametrize("name", ["decoder.onnx", "tokens.npy", "tokenizer.json", "quantization.json"])
def test_an_altered_file_is_named(copy, catalog, name):
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(ModelError, match=rf"{name}: model file was altered; seen: SHA-256"):
        IntentParser.load(copy, catalog, backend=OnnxBackend)


@pytest.mark.parametrize("name", ["decoder.onnx", "tokens.npy", "tokenizer.json", "model.json", "manifest.json"])
def test_a_missing_file_is_named(copy, catalog, name):
    (copy / name).unlink()
    with pytest.raises(ModelError, match=name):
        IntentParser.load(copy, catalog, backend=OnnxBackend)


def test_all_bad_files_are_told_at_once(copy, catalog):
    (copy / "tokens.npy").unlink()
    (copy / "decoder.onnx").write_bytes(b"")
    with pytest.raises(ModelError) as caught:
        IntentParser.load(copy, catalog, backend=OnnxBackend)
    assert len(caught.value.problems) == 2


def test_no_folder(tmp_path, catalog):
    with pytest.raises(ModelError, match="no such model folder"):
        IntentParser.load(tmp_path / "none", catalog, backend=OnnxBackend)


def test_fp32_weights_are_no_model_to_run(fp32_dir, catalog):
    with pytest.raises(ModelError, match="cabin model quantize"):
        IntentParser.load(fp32_dir, catalog, backend=OnnxBackend)


def test_a_catalog_that_grew_apart_is_noticed(copy, catalog):
    check(read_info(copy).fingerprint, catalog)
    fields = json.loads((copy / "model.json").read_text())
    fields["fingerprint"]["intents"]["window.open"]["position"]["values"] = ["left"]
    (copy / "model.json").write_text(json.dumps(fields))
    with pytest.raises(ModelMismatchError, match="has a new value 'all'"):
        check(read_info(copy).fingerprint, catalog)
