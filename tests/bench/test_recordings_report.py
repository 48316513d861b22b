from __future__ import annotations

from cabin.bench.recordings_report import figures, mean_in_noise, render_page, table_head, table_rows, write_page
from cabin.bench.recordings_run import Result


def result(file: str, bias: str, snr: str, right: bool, wanted: str = "order", taken: bool = True) -> Result:
    return Result(file, bias, snr, right, taken, wanted, "<got>", "heard", -0.5, 1.0, 2.0, 10.0, 1.0, 100.0)


RESULTS = [
    result("a", "off", "quiet", True),
    result("b", "off", "quiet", False),
    result("a", "off", "6", False),
    result("b", "off", "6", True),
    result("a", "off", "12", True),
    result("b", "off", "12", True),
    result("c", "off", "12", False, wanted=""),
    result("d", "off", "12", True, wanted="", taken=False),
]


def test_orders_and_others_are_counted_apart():
    quiet, six, twelve = figures(RESULTS)
    assert (quiet.orders, quiet.right_percent, quiet.others, quiet.taken_percent) == (2, 50.0, 0, None)
    assert six.right_percent == 50.0
    assert (twelve.orders, twelve.right_percent, twelve.others, twelve.taken_percent) == (2, 100.0, 2, 50.0)
    assert quiet.cpu_ms_per_s == 50.0


def test_the_mean_leaves_quiet_out():
    assert mean_in_noise(figures(RESULTS), "off") == 75.0
    assert mean_in_noise(figures(RESULTS[:2]), "off") is None
    assert mean_in_noise(figures(RESULTS), "light") is None


def test_rows_fit_their_head():
    rows = table_rows(figures(RESULTS))
    assert {len(row) for row in rows} == {len(table_head())}
    assert rows[2][2:5] == ("4", "100.0", "50.0")


def test_a_page_with_everything_that_was_wrong(tmp_path):
    page = tmp_path / "page.html"
    write_page(page, RESULTS)
    text = page.read_text(encoding="utf-8")
    assert text.count("&lt;got&gt;") == 3
    assert "<polyline" in text
    assert "http" not in text
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]
    assert "<svg" not in render_page([RESULTS[-1]])
