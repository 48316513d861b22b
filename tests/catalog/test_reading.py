from __future__ import annotations

from pathlib import Path

from cabin.catalog.reading import Reader, join
from cabin.yamlfile import parse_yaml


def node(text):
    return parse_yaml(text, Path("x.yaml"))


def test_unknown_keys_are_told_with_the_nearest_and_left_out():
    reader = Reader()
    assert list(reader.mapping(node("title: a\nreplay: b"), "k", ("title", "reply"))) == ["title"]
    assert str(reader.problems[0]) == "x.yaml:2, k: unknown key 'replay'. Did you mean 'reply'?"


def test_wrong_kinds_are_told_and_give_something_harmless():
    reader = Reader()
    assert reader.mapping(node("5"), "k") == {}
    assert reader.listing(node("a: 1"), "k") == []
    assert reader.text(node("[1]"), "k") == ""
    assert reader.number(node("a"), "k") is None
    assert reader.number(node("true"), "k") is None
    assert reader.boolean(node("on"), "k", False) is False
    assert reader.texts(node("[a, a]"), "k") == ("a",)
    assert len(reader.problems) == 7


def test_what_is_not_given_is_no_mistake():
    reader = Reader()
    assert (
        reader.text(None, "k", "x"),
        reader.texts(None, "k"),
        reader.number(None, "k"),
        reader.boolean(None, "k", True),
    ) == (
        "x",
        (),
        None,
        True,
    )
    assert reader.problems == []


def test_a_file_that_is_no_yaml_marks_its_kind_as_broken(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe")
    reader = Reader()
    assert reader.file(tmp_path / "x.yaml", "lists") is None
    assert reader.broken == {"lists"}


def test_join():
    assert join("", "a") == "a"
    assert join("a", "b") == "a.b"
