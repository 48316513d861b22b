"""The strict YAML reader."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cabin.errors import ConfigError
from cabin.yamlfile import MAX_DEPTH, load_yaml, parse_yaml

FILE = Path("a.yaml")


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, FILE)
    return [str(problem) for problem in caught.value.problems]


def test_values_and_lines():
    root = parse_yaml("a: 1\nb:\n  c: [x, 2.5]\n  d: ~\ne: |\n  two\n  lines\n", FILE)
    assert root.plain() == {"a": 1, "b": {"c": ["x", 2.5], "d": None}, "e": "two\nlines\n"}
    inner = root.get("b").get("c")
    assert (inner.line, inner.key_line, inner.where) == (3, 3, "a.yaml:3")
    assert root.get("b").where == "a.yaml:2"
    assert [node.kind for node in inner] == ["text", "number"]
    assert root.get("b").get("d").kind == "nothing"


@pytest.mark.parametrize("word", ["on", "Off", "YES", "no", "true", "False"])
def test_a_bare_boolean_keeps_its_word(word):
    node = parse_yaml(f"state: {word}\nquoted: '{word}'", FILE)
    assert node.get("state").kind == "boolean"
    assert node.get("state").text == word
    assert node.get("quoted").value == word


@pytest.mark.parametrize("text", ["010", "1:30", "0x1F", ".inf", ".nan", "1e999", "2024-01-01", "1_000", "-", "+", "."])
def test_what_is_no_plain_number_is_text(text):
    assert parse_yaml(f"a: [ {text} ]" if text not in "-" else f"a: '{text}'", FILE).plain() == {
        "a": [text] if text != "-" else text
    }


def test_all_mistakes_at_once():
    found = problems("a: 1\na: 2\non: 3\nb: !x 3\nc: {<<: {d: 1}}\n? [k]\n: v\n")
    assert [line.split(" ", 1)[0] for line in found] == [
        "a.yaml:2:",
        "a.yaml:3:",
        "a.yaml:4:",
        "a.yaml:5:",
        "a.yaml:6:",
    ]
    assert "stands twice" in found[0]
    assert "line 1" in found[0]
    assert '"on"' in found[1]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: [1, 2", "not valid YAML"),
        ("a: &x [1]", "anchors"),
        ("a: [*x]", "anchors"),
        ("a: *x", "anchors"),
        ("a: 1\n---\nb: 2", "second document"),
        ("a: \x00", "control characters"),
        ("\ta: b", "not valid YAML"),
        ("[" * (MAX_DEPTH + 5) + "]" * (MAX_DEPTH + 5), "nested deeper"),
        ("[" * 100_000, "nested deeper"),
        ("- " * 100_000, "nested deeper"),
        ("? " * 100_000, "nested deeper"),
    ],
)
def test_mistakes_name_the_place(text, part):
    line = problems(text)[-1]
    assert part in line
    assert line.startswith("a.yaml")


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        load_yaml(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="is no file"):
        load_yaml(tmp_path)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(ConfigError, match=r"latin\.yaml:2: not UTF-8; seen: byte 0xe9"):
        load_yaml(latin)
    with pytest.raises(ConfigError, match="too large"):
        load_yaml(latin, max_bytes=3)


def test_empty_and_bom(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"")
    assert load_yaml(path).value is None
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert load_yaml(path).plain() == {"a": 1}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="utf-8", exclude_categories=["C"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc xyz'\"", min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_what_is_dumped_comes_back(value):
    """Whatever PyYAML's own writer writes without aliases is read back as the same value."""

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data):
            return True

    text = yaml.dump(value, Dumper=Dumper, allow_unicode=True)
    assert parse_yaml(text, FILE).plain() == value


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        parse_yaml(text, FILE)
    except ConfigError as error:
        assert error.problems
