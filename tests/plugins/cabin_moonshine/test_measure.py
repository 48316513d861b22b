from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cabin import paths
from cabin.errors import DownloadError
from cabin_moonshine.measure import cut_recordings, main, measure, word_error_rate, word_errors
from cabin_moonshine.rebuild import fetch_and_rebuild

WORDS = st.lists(st.sampled_from(["open", "the", "window", "ten"]), max_size=6)


@given(WORDS, WORDS)
def test_word_errors_are_a_distance(one: list[str], other: list[str]) -> None:
    errors = word_errors(one, other)
    assert errors == word_errors(other, one)
    assert abs(len(one) - len(other)) <= errors <= max(len(one), len(other))
    assert (errors == 0) == (one == other)


def test_word_error_rate_counts_all_words() -> None:
    assert word_error_rate(["open the window", "stop"], ["open a window", "stop it"]) == pytest.approx(2 / 4)
    assert word_error_rate([""], ["x"]) == 0.0


def test_a_folder_without_recordings(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--recordings", str(tmp_path / "none")])
    assert done.exit_code == 2


@pytest.mark.parametrize("name", ["moonshine-base-en", "moonshine-tiny-en"])
def test_the_figures_that_are_promised(name: str, recordings: Path, tmp_path: Path) -> None:
    """Word error against FP32 on 25 recordings, empties, bytes and memory; time is never asserted."""
    folder = paths.models_dir(name)
    if not folder.is_dir():
        pytest.skip(f"{name} is not here: run 'cabin models get {name}'")
    try:
        unquantized = fetch_and_rebuild(name, tmp_path, "fp32")
    except DownloadError as error:
        pytest.skip(f"the published model cannot be fetched: {error}")
    sounds = cut_recordings(recordings, limit=25)
    figures = measure(folder, sounds, 1, unquantized)
    assert figures.recordings == 25
    assert figures.empty == 0
    assert figures.word_error is not None
    assert figures.word_error <= 0.02
    assert figures.disk_mb <= 75
    assert 0 < figures.resident_mib <= 140


def test_prints_one_object(tmp_path: Path, base_model_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (paths.models_dir("silero-vad") / "silero_vad_16k_op15.onnx").is_file():
        pytest.skip("silero-vad is not here: run 'cabin models get silero-vad'")
    from cabin.audio.wav import write_wav

    write_wav(tmp_path / "silence.wav", np.zeros(16_000, np.float32))
    done = CliRunner().invoke(main, ["--recordings", str(tmp_path), "--no-fp32"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert figures["recordings"] == 0
    assert figures["rtf_p50"] is None
