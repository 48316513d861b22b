from __future__ import annotations

import stat

import numpy as np
import pytest

from cabin.audio.wav import read_sound
from cabin.errors import SoundError
from cabin.replies.sink import ReplySink, SinkSettings
from cabin_sound import open_file_sink

QUICK = {"speed": 0.0}


def test_one_file_an_utterance_as_much_as_was_heard(tmp_path):
    sink = open_file_sink(SinkSettings(str(tmp_path / "out"), 16_000, QUICK))
    assert isinstance(sink, ReplySink)
    sink.rest()  # nothing: no file
    sink.write(np.full(100, 0.5, dtype=np.float32))
    sink.write(np.full(50, 0.25, dtype=np.float32))
    assert sink.is_empty()
    assert sink.room() > 0
    sink.rest()
    sink.write(np.full(30, 0.5, dtype=np.float32))
    sink.drop()
    sink.close()
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == ["reply-0001.wav", "reply-0002.wav"]
    assert read_sound(files[0]).samples[:100] == pytest.approx(np.full(100, 0.5), abs=1e-3)
    assert [len(read_sound(file).samples) for file in files] == [150, 30]
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700


def test_numbers_go_on_after_a_restart(tmp_path):
    for _ in range(2):
        sink = open_file_sink(SinkSettings(str(tmp_path), 16_000, QUICK))
        sink.write(np.zeros(10, dtype=np.float32))
        sink.close()
    assert len(list(tmp_path.iterdir())) == 2


def test_what_cannot_be_is_told(tmp_path):
    with pytest.raises(SoundError, match="no folder is named"):
        open_file_sink(SinkSettings())
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SoundError, match="cannot be made"):
        open_file_sink(SinkSettings(str(tmp_path / "file" / "out")))


def test_it_takes_as_long_as_it_would_be_heard(tmp_path):
    sink = open_file_sink(SinkSettings(str(tmp_path), 16_000, {"speed": 1.0}))
    sink.write(np.zeros(16_000 * 3600, dtype=np.float32)[:0])
    assert sink.is_empty()
    sink.write(np.zeros(16_000 * 60, dtype=np.float32))
    assert (sink.is_empty(), sink.room()) == (False, 0)
    sink.drop()
    assert sink.is_empty()
