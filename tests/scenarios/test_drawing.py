from __future__ import annotations

from cabin.scenarios.drawing import signal_plot, waterfall


def test_plots_of_nothing_are_nothing_and_words_are_drawn():
    assert (signal_plot({}, 1.0), waterfall([{}])) == ("", "")
    drawn = signal_plot({"Vehicle.A": ((0.0, "OFF"), (1.0, "ON")), "Vehicle.B": ((0.5, True),)}, 2.0)
    assert drawn.count("<polyline") == 2
    assert waterfall([{"parse": 3.0, "act": 1.0}]).count("<rect") >= 5
