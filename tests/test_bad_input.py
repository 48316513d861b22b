"""Bad input through the command line, a process each: a clear answer, never a traceback, nothing half-written.

What single modules make of bad input is tested beside them: tests/audio, tests/config, tests/catalog, tests/modelstore.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr

from cabin import paths
from cabin.audio.wav import read_sound

ROOT = Path(__file__).resolve().parents[1]
SPEECH = ROOT / "tests" / "fixtures" / "open-window.wav"
WHOLE_MODEL = ROOT / "models" / "intent"
NO_MODEL = ("--model", "none")
INT16, FLOAT = 1, 3
"""Format tags of wav files."""
PATIENT = {"CABIN_GUARD_CALL_BUDGET_MS": "60000", "CABIN_VEHICLE_TIMES_COMMAND_DEADLINE_MS": "60000"}
"""Nothing is late here, however busy the machine that tests."""
TEN_THOUSAND = ("open the window " * 625)[:-1] + "s"


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def cabin(*arguments: str | bytes | Path, stdin: bytes = b"", **environ: str) -> Ran:
    """Run the command line; whatever it was given, it must not fall over."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
    done = subprocess.run(
        [sys.executable, "-m", "cabin.cli.main", *arguments],
        input=stdin,
        capture_output=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONPATH": path, **PATIENT, **environ},
    )
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ran.err + ran.out
    assert "internal error" not in ran.err
    assert ran.code in (0, 1, 2)
    return ran


def riff(rate_hz: int, channels: int, bits: int, tag: int, data: bytes) -> bytes:
    """A wav file, written from the format's description (RIFF, Multimedia Programming Interface 1.0, 1991)."""
    frame = channels * bits // 8
    fmt = struct.pack("<HHIIHH", tag, channels, rate_hz, rate_hz * frame, frame, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def int16(samples: np.ndarray) -> bytes:
    return np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2").tobytes()


def int24(samples: np.ndarray) -> bytes:
    words = np.clip(np.rint(samples * 8388607), -8388608, 8388607).astype("<i4")
    return words.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


@pytest.fixture(scope="module")
def ears() -> None:
    """The real recognizer and detector must be here."""
    for name in ("moonshine-base-en", "silero-vad"):
        if not (paths.models_dir(name) / "manifest.json").is_file():
            pytest.skip(f"{name} is not here: cabin models get {name}")


# -- sound --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same sentence in every kind of file that must be understood."""
    speech = read_sound(SPEECH).samples.astype(np.float64)
    at = {rate: soxr.resample(speech, 16_000, rate) for rate in (8_000, 44_100, 48_000)}
    wide = np.stack([at[48_000], at[48_000]], axis=1).reshape(-1)
    files = {
        "16k": riff(16_000, 1, 16, INT16, int16(speech)),
        "8k": riff(8_000, 1, 16, INT16, int16(at[8_000])),
        "44k": riff(44_100, 1, 16, INT16, int16(at[44_100])),
        "48k-stereo": riff(48_000, 2, 16, INT16, int16(wide)),
        "float": riff(16_000, 1, 32, FLOAT, speech.astype("<f4").tobytes()),
        "24-bit": riff(16_000, 1, 24, INT16, int24(speech)),
        "clipped": riff(16_000, 1, 16, INT16, int16(speech * (1.5 / np.abs(speech).max()))),
    }
    folder = tmp_path_factory.mktemp("kinds")
    for name, data in files.items():
        (folder / f"{name}.wav").write_bytes(data)
    return {name: folder / f"{name}.wav" for name in files}


def test_every_kind_of_file_is_heard(kinds: dict[str, Path], ears: None) -> None:
    ran = cabin("hear", "--json", *NO_MODEL, *kinds.values())
    assert ran.code == 0, ran.err
    heard = {Path(turn["file"]).stem: turn for turn in ran.objects}
    assert set(heard) == set(kinds)
    for name, turn in heard.items():
        assert "window" in turn["transcript"], name
    done = {name for name, turn in heard.items() if [each["status"] for each in turn["outcomes"]] == ["done"]}
    assert {"16k", "44k", "48k-stereo", "float", "24-bit"} <= done


def test_files_that_are_no_sound_are_told_one_by_one_and_the_rest_is_heard(tmp_path: Path, ears: None) -> None:
    good = SPEECH.read_bytes()
    bad = {
        "empty.wav": b"",
        "header-only.wav": good[:44],
        "cut-in-the-header.wav": good[:21],
        "cut-in-the-sound.wav": good[: len(good) // 2],
        "text.wav": b"this is a letter, not a recording\n" * 50,
        "zeros.wav": bytes(4096),
        "picture.wav": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        "no-channels.wav": riff(16_000, 0, 16, INT16, int16(np.zeros(400))),
        "no-rate.wav": riff(0, 1, 16, INT16, int16(np.zeros(400))),
        "adpcm.wav": riff(16_000, 1, 4, 2, bytes(4096)),
        "not-numbers.wav": riff(16_000, 1, 32, FLOAT, np.full(4000, np.nan, "<f4").tobytes()),
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder.wav").mkdir()
    wrong = [*bad, "folder.wav", "missing.wav"]
    before = sorted(tmp_path.iterdir())
    ran = cabin("hear", "--json", *NO_MODEL, *(tmp_path / name for name in wrong), SPEECH)
    assert ran.code == 1
    assert sorted(tmp_path.iterdir()) == before
    told = {Path(each["file"]).name: each.get("error", "") for each in ran.objects}
    for name in wrong:
        assert name in told[name], f"{name}: the error does not name the file"
        assert f"error: {told[name].splitlines()[0]}" in ran.err
    assert ran.objects[-1]["transcript"].startswith("open the driver")


def test_silence_is_no_error(tmp_path: Path, ears: None) -> None:
    files = {"silent": np.zeros(32_000), "shortest": np.zeros(1), "constant": np.full(32_000, 0.5)}
    for name, samples in files.items():
        (tmp_path / f"{name}.wav").write_bytes(riff(16_000, 1, 16, INT16, int16(samples)))
    ran = cabin("hear", "--json", *NO_MODEL, *sorted(tmp_path.iterdir()))
    assert ran.code == 0, ran.err
    assert [(turn["transcript"], turn["commands"], turn["refused"]) for turn in ran.objects] == [
        ("", [], "chatter")
    ] * 3


def test_an_hour_long_sound_is_heard_to_its_end(tmp_path: Path, ears: None) -> None:
    """An hour at 8 kHz, all silence but for a sentence in its last minute; it is streamed, so it takes no memory."""
    speech = soxr.resample(read_sound(SPEECH).samples, 16_000, 8_000)
    hour = np.zeros(3600 * 8_000, np.int8) + np.int8(-128)  # 8-bit wav is unsigned: 128 is silence
    at = 3580 * 8_000
    hour[at : at + len(speech)] = (np.rint(speech * 127) + 128).astype(np.uint8).view(np.int8)
    file = tmp_path / "hour.wav"
    file.write_bytes(riff(8_000, 1, 8, INT16, hour.tobytes()))
    ran = cabin("hear", "--json", *NO_MODEL, file)
    assert ran.code == 0, ran.err
    (turn,) = ran.objects
    assert 3579 < turn["start_s"] < turn["end_s"] < 3600
    assert "window" in turn["transcript"]


# -- text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("   ", "empty"),
        (TEN_THOUSAND, "10,000 characters"),
        (b"open the \xff\xfe window", "not UTF-8"),
    ],
    ids=["empty", "blank", "10000", "not-utf8"],
)
@pytest.mark.parametrize("command", ["say", "parse"])
def test_a_text_that_is_no_utterance(command: str, text: str | bytes, told: str) -> None:
    ran = cabin(command, *NO_MODEL, text)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert ran.err.startswith("error: ")


@pytest.mark.parametrize(
    "text",
    ["🚗🔥", "👩‍👩‍👧‍👦 open 🪟", "ｏｐｅｎ", "открой окно", "a\u0301\u0327", "; rm -rf ~", "'", "\\", "%s{value}"],
)
def test_a_text_that_is_no_command_is_refused_and_nothing_moves(text: str) -> None:
    ran = cabin("say", "--json", *NO_MODEL, "--", text)
    assert ran.code == 0, ran.err
    (turn,) = ran.objects
    assert (turn["text"], turn["commands"], turn["outcomes"]) == (text, [], [])
    assert turn["refused"] == "unclear"


def test_lines_of_standard_input_are_answered_each(tmp_path: Path) -> None:
    lines = [b"open the trunk", b"", b"\xff\xfe", b"x" * 10_000, "🚗".encode(), b"\0", b"open the trunk"]
    ran = cabin("parse", "--json", *NO_MODEL, stdin=b"\n".join(lines) + b"\n")
    assert ran.code == 0, ran.err
    assert [bool(each["commands"]) for each in ran.objects] == [True, False, False, False, False, False, True]


# -- the model's folder -------------------------------------------------------------------------------------------


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    for arguments in (("model", "info"), ("say", "open the window"), ("parse", "open the window"), ("hear", SPEECH)):
        ran = cabin(*arguments, "--model", tmp_path / "gone")
        assert ran.code == 1
        assert str(tmp_path / "gone") in ran.err
        assert "cabin model build" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def model(tmp_path: Path) -> Path:
    if not (WHOLE_MODEL / "model.json").is_file():
        pytest.skip("models/intent is not here: make model")
    return Path(shutil.copytree(WHOLE_MODEL, tmp_path / "intent"))


def damaged(folder: Path, how: str) -> str:
    """Damage a model; return the name of the file that must be told."""
    weights = max((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.stat().st_size)
    if how == "truncated":
        os.truncate(weights, weights.stat().st_size // 2)
    elif how == "altered":
        with weights.open("r+b") as file:
            file.seek(weights.stat().st_size // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
    elif how == "missing":
        weights.unlink()
    elif how == "empty":
        weights.write_bytes(b"")
    else:
        file_name, text = {
            "no manifest": ("manifest.json", None),
            "manifest is no json": ("manifest.json", "{"),
            "model.json is no json": ("model.json", "nothing"),
            "model.json of something else": ("model.json", "{}"),
            "model.json is a list": ("model.json", "[]"),
        }[how]
        if text is None:
            (folder / file_name).unlink()
        else:
            (folder / file_name).write_text(text, encoding="utf-8")
        return file_name
    return weights.name


@pytest.mark.parametrize(
    "how",
    [
        "truncated",
        "altered",
        "missing",
        "empty",
        "no manifest",
        "manifest is no json",
        "model.json is no json",
        "model.json of something else",
        "model.json is a list",
    ],
)
def test_a_model_that_is_not_whole(model: Path, how: str) -> None:
    file = damaged(model, how)
    for arguments in (("model", "info"), ("say", "open the window")):
        ran = cabin(*arguments, "--model", model)
        assert ran.code == 1, arguments
        assert file in ran.err
        assert "cabin model build" in ran.err
        assert ran.out == ""


def test_a_whole_model_is_read(model: Path) -> None:
    ran = cabin("model", "info", "--json", "--model", model)
    assert ran.code == 0, ran.err
    assert ran.objects[0]["intents"] > 100


# -- the recognizer's folder --------------------------------------------------------------------------------------


def test_a_recognizer_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    ran = cabin("hear", *NO_MODEL, SPEECH, CABIN_MODELS=str(tmp_path))
    assert ran.code == 1
    assert "cabin models get" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ["truncated", "empty"])
def test_a_recognizer_that_is_not_whole_is_told_by_file(tmp_path: Path, ears: None, how: str) -> None:
    for name in ("moonshine-base-en", "silero-vad"):
        (tmp_path / name).mkdir()
        for file in paths.models_dir(name).iterdir():
            (tmp_path / name / file.name).symlink_to(file)
    broken = tmp_path / "moonshine-base-en" / "encoder.onnx"
    data = broken.read_bytes()
    broken.unlink()
    broken.write_bytes(data[: len(data) // 2] if how == "truncated" else b"")
    ran = cabin("hear", *NO_MODEL, SPEECH, CABIN_MODELS=str(tmp_path))
    assert ran.code == 1
    assert "moonshine-base-en" in ran.err
    assert "cabin models get" in ran.err


# -- configuration and catalogs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("cabin.yaml", "recogniser: {name: moonshine}\n", ["cabin.yaml:1", "did you mean 'recognizer'"]),
        ("cabin.yaml", "recognizer: {nbest: 4}\n", ["cabin.yaml:1", "recognizer.nbest", "did you mean 'n_best'"]),
        ("cabin.yaml", "recognizer:\n  threads: many\n", ["cabin.yaml:2", "threads"]),
        ("cabin.yaml", "recognizer:\n  name: on\n", ["cabin.yaml:2", "name"]),
        ("cabin.yaml", "recognizer:\n name: x\n  model: y\n", ["cabin.yaml:3"]),
        ("cabin.yaml", "recognizer: [\n", ["cabin.yaml"]),
        ("cabin.yaml", "- a list\n", ["cabin.yaml:1"]),
        ("cabin.yaml", "a: 1\na: 2\n", ["cabin.yaml:2"]),
        ("cabin.yaml", b"recognizer: \xff\xfe\n", ["cabin.yaml"]),
        ("vehicle.yaml", "interfce: simulated\n", ["vehicle.yaml:1", "did you mean 'interface'"]),
        ("policy.yaml", "sets: {}\nalwys: []\n", ["policy.yaml", "always"]),
    ],
)
def test_a_wrong_configuration_is_told_with_file_and_line(
    tmp_path: Path, file: str, text: str | bytes, told: list[str]
) -> None:
    (tmp_path / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    ran = cabin("config", "check", tmp_path / file)
    assert ran.code == 2
    for words in told:
        assert words.lower() in ran.err.lower()
    used = cabin("say", *NO_MODEL, "open the trunk", CABIN_CONFIG=str(tmp_path))
    assert (used.code, used.out) == (2, "")
    assert file in used.err


def test_all_mistakes_of_a_catalog_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "signals.yaml").write_text(
        "signals:\n  Vehicle.Cabin.Lamp.IsOn: {kind: actuator, datatype: bool, initial: false}\n", encoding="utf-8"
    )
    (tmp_path / "lamp.yaml").write_text(
        "device: lamp\nintents:\n  on:\n    reply: On.\n    sentences: [lamp on]\n", encoding="utf-8"
    )
    (tmp_path / "buzzer.yaml").write_text(
        "device: buzzer\n"
        "intents:\n"
        '  "on":\n'
        "    set: {Vehicle.Cabin.Buzzer.IsOn: true}\n"
        "    repply: Buzz.\n"
        '    sentences: ["buzz (off"]\n'
        "    policy: sometimes\n",
        encoding="utf-8",
    )
    ran = cabin("say", *NO_MODEL, "lamp on", "--catalog", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    for words in ("lamp.yaml:3: key 'on' is a boolean", "buzzer.yaml:5", "'reply'", "buzzer.yaml:6", "signals.yaml:2"):
        assert words in ran.err
    assert len(ran.err.splitlines()) >= 5


def test_a_wrong_command_line() -> None:
    for arguments in (
        ("hear",),
        ("sya", "hello"),
        ("say", "--mdoel", "x", "hello"),
        ("say", "hello", *NO_MODEL, "--set", "x"),
    ):
        ran = cabin(*arguments)
        assert (ran.code, ran.out) == (2, ""), arguments
        assert ran.err
    assert "say" in cabin("sya", "hello").err
