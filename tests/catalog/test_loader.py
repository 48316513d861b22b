from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.catalog import loader
from cabin.catalog.ambiguity import find_ambiguities
from cabin.catalog.loader import catalog_files, load_catalog, named_dirs
from cabin.catalog.sampling import Sampler
from cabin.errors import CatalogError

CATALOG = Path(__file__).with_name("fragrance")
DEVICE, SIGNALS, LISTS = (
    (CATALOG / name).read_text(encoding="utf-8") for name in ("fragrance.yaml", "signals.yaml", "lists.yaml")
)
MORE = """
device: fragrance
intents:
  up: [even more scent, "(even|much) more [and more] scent"]
  note:
  - slots: {text: good}
    sentences: ["tell {person} it is good"]
"""
PLUGINS = Path(__file__).parents[2] / "plugins"


def first_party():
    return [(folder.parent.name, folder) for folder in sorted(PLUGINS.glob("*/catalog"))]


def test_a_strangers_catalog(catalog):
    assert list(catalog.intents) == [f"fragrance.{action}" for action in ("on", "set", "up", "note", "get")]
    on = catalog.intents["fragrance.on"]
    assert on.title == "on the scent diffuser"
    assert on.device_title == "scent diffuser"
    assert on.policy == "free"
    assert on.zones == {"default": ("Front",), "front": ("Front",), "all": ("Front", "Rear")}
    assert [group.slots for group in on.sentences] == [{}, {"scent": "rose"}]
    assert on.sentences[0].templates == (
        "(turn|switch) on the [{position}] scent diffuser",
        "i want the smell of {scent}",
    )
    assert catalog.intents["fragrance.set"].slots["value"].maximum == 10
    assert catalog.intents["fragrance.note"].cases[0].action == "note_scent"
    assert catalog.signals["Vehicle.Scent.Rear.Strength"].rate_per_s == 5
    assert "position" in catalog.lists, "the common lists are there"


def test_lines_are_those_of_the_file(catalog, files):
    place = catalog.intents["fragrance.get"].where
    assert files["fragrance.yaml"].splitlines()[place.line - 1].strip() == "get:"


def test_all_mistakes_of_all_files_at_once(problems, files):
    files["fragrance.yaml"] = files["fragrance.yaml"].replace("reply: More scent.", "replay: More scent.")
    files["signals.yaml"] = files["signals.yaml"].replace("min: 0, max: 1.5", "min: 2, max: 1.5")
    files["sentences/other.yaml"] = "device: [\n"
    files["sentences/more.yaml"] = "device: fragrance\nintents: {upp: [even more scent]}\n"
    found = "\n".join(problems(files))
    for part in (
        "unknown key 'replay'",
        "'reply'",
        "range is reversed",
        "other.yaml:",
        "not valid YAML",
        "'upp'",
        "did you mean",
    ):
        assert part.lower() in found.lower()


def test_a_broken_signals_file_causes_no_follow_up(problems, files):
    files["signals.yaml"] = "signals: {"
    found = problems(files)
    assert len(found) == 1
    assert "not valid YAML" in found[0]


def test_device_twice(write, files):
    first, second = write(files, "one"), write({"fragrance.yaml": files["fragrance.yaml"]}, "two")
    with pytest.raises(CatalogError, match=r"device 'fragrance' is described twice.*plugin 'a'"):
        load_catalog([("a", first), ("b", second)])


def test_the_same_folder_twice_counts_once(write, files):
    folder = write(files)
    assert named_dirs([folder, ("x", folder)]) == [("", folder)]
    assert load_catalog([folder, folder]).intents


def test_two_plugins_together(write, files):
    other = {
        "lamp.yaml": 'device: lamp\nintents: {"on": {set: {Vehicle.Lamp: true}, reply: On., sentences: [lamp on]}}',
        "signals.yaml": "signals: {Vehicle.Lamp: {kind: actuator, datatype: boolean, standard: false}}",
        "lists.yaml": "lists: {person: [dad]}",
    }
    catalog = load_catalog([("one", write(files, "one")), ("two", write(other, "two"))])
    assert catalog.intents["lamp.on"].plugin == "two"
    assert set(catalog.lists["person"].entries) == {"mom", "doctor smith", "dad"}


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.touch(), lambda path: path.mkdir()])
def test_no_catalog_there(tmp_path, make):
    make(tmp_path / "nothing")
    with pytest.raises(CatalogError, match="nothing: "):
        load_catalog([tmp_path / "nothing"])


def test_yml_is_told(problems, files):
    assert "Rename it to .yaml" in problems({**files, "lamp.yml": "device: lamp"})[0]


def test_sentences_only_on_demand(write, files):
    files["sentences/fragrance.yaml"] = "device: fragrance\nintents: {up: [give me more scent]}\n"
    files["sentences/combined.yaml"] = (
        "combined: [{calls: [{fragrance.up: {}}, {fragrance.get: {}}], sentences: [more and more]}]"
    )
    files["refusals/all.yaml"] = (
        "refusals:\n  question:\n  - why does it smell of {scent}\n  - what is {value} percent\n"
    )
    folder = write(files)
    lean, full = load_catalog([folder]), load_catalog([folder], sentences=True)
    assert len(lean.intents["fragrance.up"].sentences) == 1
    assert full.intents["fragrance.up"].sentences[1].templates == ("give me more scent",)
    assert not lean.combinations
    assert [name for name, _ in full.combinations[0].calls] == ["fragrance.up", "fragrance.get"]
    assert full.refusals[0].reason == "question"
    assert set(catalog_files(folder, False)) < set(catalog_files(folder, True))


def test_a_cache_that_cannot_be_written_is_no_error(write, files, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path / "file" / "cache"))
    assert load_catalog([write(files)]).intents


def test_from_the_cache_no_yaml_is_read(write, files, monkeypatch):
    folder = write(files)
    first = load_catalog([folder])
    monkeypatch.setattr(loader, "_read", lambda *_: pytest.fail("read again"))
    assert load_catalog([folder]) == first


CHANGES = st.sampled_from(
    ["", "x", "on", "5", "[]", "{}", "{a}", "'", "]", "- ", ": ", "  ", "(", "|", "null", "-1", "\U0001f600"]
)


@given(st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 2**16), CHANGES), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_whatever_is_written_is_a_catalog_or_a_told_mistake(changes):
    """Words of the files are replaced at random: the loader never fails in another way."""
    texts = {"fragrance.yaml": DEVICE, "signals.yaml": SIGNALS, "lists.yaml": LISTS, "sentences/x.yaml": MORE}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for which, where, new in changes:
            file = list(texts)[which % len(texts)]
            words = re.split(r"(\W)", texts[file])
            words[where % len(words)] = new
            texts[file] = "".join(words)
        (folder / "sentences").mkdir()
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")
        try:
            catalog = load_catalog([folder], sentences=True)
        except CatalogError as error:
            assert all(str(folder) in problem.where for problem in error.problems), error
            return
        sampler, rng = Sampler(catalog), random.Random(1)
        for intent in catalog.intents.values():
            for group in intent.sentences:
                sampler.group(intent, group, rng)
        for item in catalog.combinations:
            sampler.combination(item, rng)
        find_ambiguities(catalog)


def test_first_party_catalogs_load_with_all_sentences():
    catalog = load_catalog(first_party(), sentences=True)
    assert len(catalog.intents) > 200
    assert catalog.combinations
    assert {group.reason for group in catalog.refusals} == {
        "out_of_scope",
        "question",
        "chatter",
        "impossible",
        "unclear",
    }
    assert all(intent.sentences for intent in catalog.intents.values())
