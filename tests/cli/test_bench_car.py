from __future__ import annotations

import io
import sys

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


def test_a_drive_as_json_is_the_same_for_a_seed(cabin):
    options = ["car", "--drive", "country", "--speedup", "0", "--seconds", "40", "--json"]
    code, lines, _ = cabin("bench", *options, "--seed", "4", small=False)
    assert code == 0
    assert [line["at_s"] for line in lines] == [float(second) for second in range(41)]
    assert lines[-1]["is_over"] is True
    assert lines[30]["changed"]["Vehicle.Speed"] > 0
    assert cabin("bench", *options, "--seed", "4", small=False)[1] == lines
    assert cabin("bench", *options, "--seed", "5", small=False)[1] != lines


def test_what_is_said_on_the_way_is_done_or_refused(cabin):
    said = ["--say", "1", "open the driver window", "--say", "30", "open the trunk"]
    code, out, _ = cabin("bench", "car", "--drive", "country", "--speedup", "0", "--seconds", "40", *said, small=False)
    assert code == 0
    assert "reply: Opening the driver window." in out
    assert "reply: Not while driving" in out
    assert "window 100 %" in out
    assert "times" in out.splitlines()[-1]


def test_faults_and_drives(cabin):
    options = ["car", "--speedup", "0", "--seconds", "3", "--json"]
    _, lines, _ = cabin("bench", *options, "--fault", "Vehicle.Speed=stuck", "--drive", "country", small=False)
    assert not any("Vehicle.Speed" in line["changed"] for line in lines)
    code, out, _ = cabin("bench", "car", "--list", small=False)
    assert code == 0
    assert "country\tthe extra-urban" in out


def test_mistakes(cabin):
    for options, part in (
        (["--drive", "contry"], "Did you mean 'country'"),
        (["--fault", "Vehicle.Sped=stuck"], "Did you mean 'Vehicle.Speed'?"),
        (["--speedup", "-1"], "--speedup"),
    ):
        code, _, err = cabin("bench", "car", *options, small=False)
        assert code == 2
        assert part in err


def test_on_a_terminal_it_is_drawn_in_place(cabin, monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("TERM", "xterm")
    assert cabin("bench", "car", "--seconds", "3", "--speedup", "0", small=False)[0] == 0
    drawn = screen.getvalue()
    for part in ("driving", "tyres", "km/h", "city"):
        assert part in drawn
