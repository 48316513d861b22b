from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from cabin.demo.page import make_page, waveform_svg, write_page
from cabin.demo.player import play, stage_times
from cabin.errors import CabinError

VOID = {"meta", "wbr", "link", "br", "img", "input", "hr"}


class Balanced(HTMLParser):
    """Checks that every element is closed, in order."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def results(demo_chain, entry):
    entries = [
        entry("open the trunk", "trunk.open"),
        entry("open the trunk", "trunk.open", status=("refused",), car={"Vehicle.Speed": 50.0}),
        entry("how far can i go", "range.get", status=("answered",)),
        entry("<b>dance & sing", "trunk.open"),
        entry("silent", refused="chatter"),
    ]
    return list(play(demo_chain, entries))


def test_one_whole_page_with_nothing_from_outside(results):
    page = make_page(results, stage_times(results), 123.4)
    reader = Balanced()
    reader.feed(page)
    assert reader.open == []
    assert len([tag for tag, _ in reader.seen if tag == "article"]) == 5
    assert not any(tag in ("script", "link", "img", "iframe") for tag, _ in reader.seen)
    links = [value for _, attrs in reader.seen for name, value in attrs.items() if name in ("src", "href")]
    assert len(links) == 5
    assert all(link.startswith("data:audio/wav;base64,") for link in links)
    assert "$" not in page
    assert "http" not in page


def test_tells_what_was_heard_understood_and_done(results):
    page = make_page(results, stage_times(results), 123.4)
    for part in (
        "3 of 5",
        "123 MiB",
        "open the trunk",
        "IsOpen",
        "false",
        "true",
        "rule: moving",
        "Speed 50",
        "412000",
    ):
        assert part in page
    assert "&lt;b&gt;dance &amp; sing" in page
    assert "<b>dance" not in page
    assert "nothing was heard" in page


def test_the_sound_can_be_played(results):
    page = make_page(results[:1], [], 1.0)
    data = base64.b64decode(re.search(r"base64,([^\"]+)", page)[1])
    assert (data[:4], data[8:12], len(data)) == (b"RIFF", b"WAVE", 44 + 16_000)


def test_waveform(results):
    svg = ElementTree.fromstring(waveform_svg(results[0].sound, [(0.1, 0.4)]))
    rect = svg.find("rect")
    assert (float(rect.get("x")), float(rect.get("width"))) == (48, 144)
    assert svg.find("path").get("d").count("M") == 240


def test_written_whole_or_not_at_all(results, tmp_path):
    file = tmp_path / "demo.html"
    write_page(file, results, [], 1.0)
    assert file.read_text(encoding="utf-8") == make_page(results, [], 1.0)
    blocked = tmp_path / "folder.html"
    blocked.mkdir()
    with pytest.raises(CabinError, match=r"folder\.html"):
        write_page(blocked, results, [], 1.0)
    with pytest.raises(CabinError, match=r"gone"):
        write_page(tmp_path / "gone" / "demo.html", results, [], 1.0)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".wav") == ["demo.html", "folder.html"]
