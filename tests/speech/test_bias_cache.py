from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.speech import bias_cache
from cabin.speech.bias_cache import decode_graph, encode_graph, load_language_graph
from cabin.speech.bias_compile import compile_language
from cabin.speech.bias_language import Language

CATALOG = """\
device: lamp
title: lamp
intents:
  "on":
    set: {Vehicle.Lamp.IsOn: true}
    reply: On.
    sentences: [%s]
"""
SIGNALS = "signals:\n  Vehicle.Lamp.IsOn: {kind: actuator, datatype: boolean, standard: false}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(bias_cache, "cache_dir", lambda: tmp_path / "cache")
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    (catalog / "signals.yaml").write_text(SIGNALS)
    (catalog / "lamp.yaml").write_text(CATALOG % "light the lamp")
    return catalog


def test_a_graph_comes_back_as_it_was(catalog_of):
    graph = compile_language(catalog_of("open the {position} window[s]", "call {contact}"))
    again = decode_graph(encode_graph(graph))
    assert (again.words, again.classes, again.start) == (graph.words, graph.classes, graph.start)
    for name in ("first", "labels", "targets", "final"):
        np.testing.assert_array_equal(getattr(again, name), getattr(graph, name))


@given(st.binary(max_size=200))
def test_anything_else_is_refused(data):
    with pytest.raises(ValueError, match="altered"):
        decode_graph(data)


def test_the_second_time_nothing_is_compiled(folder, tmp_path, monkeypatch):
    first = load_language_graph([folder])
    assert len(list((tmp_path / "cache").glob("language-*.npz"))) == 1
    monkeypatch.setattr(bias_cache, "compile_language", lambda _: pytest.fail("compiled again"))
    assert load_language_graph([folder]).words == first.words


def test_a_change_or_a_damaged_file_is_compiled_again(folder, tmp_path):
    load_language_graph([folder])
    (file,) = (tmp_path / "cache").glob("language-*.npz")
    file.write_bytes(file.read_bytes()[:-7])
    assert Language(load_language_graph([folder])).accepts(["light", "the", "lamp"])
    assert decode_graph(file.read_bytes())
    (folder / "lamp.yaml").write_text(CATALOG % "brighten the lamp")
    assert Language(load_language_graph([folder])).accepts(["brighten", "the", "lamp"])


def test_no_cache_folder_is_no_error(folder, tmp_path):
    (tmp_path / "cache").write_text("a file")
    assert Language(load_language_graph([folder])).accepts(["light", "the", "lamp"])
