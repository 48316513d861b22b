from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.errors import ConfigError
from cabin.vehicle.recording import Event, header, line_of, load_recording

EVENTS = st.builds(
    Event,
    t=st.floats(0, 1e9),
    kind=st.sampled_from(["state", "change", "read", "write"]),
    path=st.text(min_size=1),
    value=st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    stamp=st.none() | st.floats(0, 1e9),
    error=st.sampled_from(["", "VehicleError"]),
)


@given(st.lists(EVENTS, max_size=20))
def test_events_come_back_in_the_order_of_time(tmp_path_factory, events):
    file = tmp_path_factory.mktemp("recording") / "drive.jsonl"
    file.write_text(header("car") + "".join(map(line_of, events)), encoding="utf-8", newline="")
    assert load_recording(file) == sorted(events, key=lambda event: event.t)


def test_half_a_last_line_is_left_out(tmp_path):
    file = tmp_path / "drive.jsonl"
    file.write_text(header("car") + line_of(Event(1.0, "change", "A", 1)) + '{"t": 2, "ki', encoding="utf-8")
    assert [event.t for event in load_recording(file)] == [1.0]


@pytest.mark.parametrize("text", ["", "{}\n", "hello\n", '{"cabin": "recording", "version": 9}\n', "[]\n"])
def test_another_file_is_told(tmp_path, text):
    file = tmp_path / "drive.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="is no recording of this version"):
        load_recording(file)


def test_all_broken_lines_are_told_with_their_number(tmp_path):
    file = tmp_path / "drive.jsonl"
    broken = [
        "{",
        '{"t": "x", "kind": "change", "path": "A", "value": 1}',
        '{"t": 1, "kind": "no", "path": "A", "value": 1}',
    ]
    file.write_text(header("car") + "\n".join([*broken, line_of(Event(1.0, "read", "A", None))]), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_recording(file)
    assert [problem.where.rpartition(":")[2] for problem in caught.value.problems] == ["2", "3", "4"]
