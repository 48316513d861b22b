"""The pages are whole, of themselves, and safe with any words."""

from __future__ import annotations

from cabin.bench.noise.page import chatter_page, trials_page
from tests.bench.noise.test_chatter import chunk
from tests.bench.noise.test_figures import result


def test_curves_figures_and_errors():
    rows = [
        result(bias=bias, snr=snr, outcome=outcome, heard="<script>")
        for bias in ("off", "strong")
        for snr in ("quiet", "10", "0")
        for outcome in ("right", "missed")
    ]
    page = trials_page(rows, {"seed": 1, "voices": ("a", "b")})
    assert page.count("<svg") == 3
    assert "What was not accepted (6)" in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "off, 100 km/h" in page


def test_chatter_tells_what_was_done():
    event = {"status": "done", "misheard": False, "said": "a & b", "heard": "open it", "got": "trunk.open {}"}
    page = chatter_page([chunk(acts=1, events=[event]), chunk(music=True)], {"seed": 1})
    assert "a &amp; b" in page
    assert "trunk.open" in page
    assert "60" in page
