"""Models replaced under a running daemon, with the real intent model: good ones are taken, all others are not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cabin.modelstore.versions import Versions
from cabin.slm.package import change_folder
from tests.daemon.running import ROOT, RunningDaemon
from tests.slm import tiny

INTENT = ROOT / "models" / "intent"
PLUGINS = "cabin_onnx,cabin_simcar,cabin_body"
WAIT_S = 300.0


class Daemon(RunningDaemon):
    """Texts only, the catalogs and cars of the plugins, and a models folder of its own."""

    def __init__(self, folder, models):
        super().__init__(folder, folder, folder, audio=False)
        for name in ("CABIN_RECOGNIZER_NAME", "CABIN_VEHICLE_INTERFACE"):
            del self.environ[name]
        self.environ |= {"CABIN_MODELS": str(models), "CABIN_DAEMON_ANSWER_S": "10", "CABIN_LOAD_PLUGINS": PLUGINS}
        self.environ["CABIN_CACHE"] = str(folder.parent / "cache")  # the catalogs are read once for all of them
        self.command = [sys.executable, "-m", "cabin.cli.main", "run", "--no-audio"]

    def cabin(self, *words):
        """Run a command beside the daemon; return exit code, standard output and standard error."""
        command = [sys.executable, "-m", "cabin.cli.main", *map(str, words)]
        environ = {name: value for name, value in self.environ.items() if name != "NOTIFY_SOCKET"}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=WAIT_S, check=False)
        return done.returncode, done.stdout, done.stderr

    def understands(self):
        """Whether the intent model works: the words are no template."""
        turn = self.ask("say", text="would you please open the passenger window by a half")
        return [outcome["intent"] for outcome in turn.get("outcomes", [])] == ["window.open"]


def another(folder, note):
    """A copy of the shipped model that is another version of it."""
    shutil.copytree(INTENT, folder)
    change_folder(folder, lambda part: (part / "README.md").write_text(note, encoding="utf-8"))
    return folder


def deaf(folder):
    """A model that is whole and understands nothing: its weights are zero."""
    shutil.copytree(INTENT, folder)

    def zero(part):
        (part / "weights.bin").write_bytes(bytes((part / "weights.bin").stat().st_size))

    change_folder(folder, zero)
    return folder


def truncated(folder):
    another(folder, "truncated")
    (folder / "tokens.npy").write_bytes((folder / "tokens.npy").read_bytes()[:1000])
    return folder


def altered(folder):
    another(folder, "altered")
    data = bytearray((folder / "weights.bin").read_bytes())
    data[12345] ^= 1
    (folder / "weights.bin").write_bytes(data)
    return folder


def of_another_catalog(folder):
    return tiny.write_fp32(folder, tiny.load(tiny.write_catalog(folder.with_name("catalog"))))


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    shutil.copytree(INTENT, folder / "intent")
    shutil.copy(ROOT / "models" / "models.yaml", folder)
    return folder


@pytest.fixture(scope="module")
def daemon(models, tmp_path_factory):
    folder = Path(os.path.realpath(tmp_path_factory.mktemp("d")))
    with Daemon(folder, models) as running:
        yield running


def version(models):
    kept = Versions(models / "intent")
    return (kept.current.name, kept.previous.name if kept.previous else "")


def test_a_good_model_is_taken_and_rolled_back(daemon, models, tmp_path):
    assert daemon.understands()
    before = daemon.worker_pid()
    code, out, err = daemon.cabin("models", "use", another(tmp_path / "new", "a better one"), "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["daemon"] is True
    assert version(models) == (told["in_use"], told["previous"])
    daemon.wait_event("reloaded")
    assert daemon.worker_pid() != before
    assert daemon.understands()
    code, out, err = daemon.cabin("models", "rollback")
    assert code == 0, err
    assert out == f"in use: {told['previous']}\n"
    assert version(models) == (told["previous"], told["in_use"])
    assert daemon.understands()
    code, out, _ = daemon.cabin("models", "versions", "--json")
    listed = [json.loads(line) for line in out.splitlines()]
    assert {each["name"] for each in listed if each["in_use"]} == {told["previous"]}


@pytest.mark.parametrize(
    ("spoil", "code", "word"),
    [
        (truncated, 1, "truncated"),
        (altered, 1, "altered"),
        (of_another_catalog, 2, "another catalog"),
        (deaf, 1, "does not understand"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_bad_model_never_comes_in_place(daemon, models, tmp_path, spoil, code, word):
    before, worker = version(models), daemon.worker_pid()
    found = daemon.cabin("models", "use", spoil(tmp_path / "bad"))
    assert found[0] == code, found
    assert word in found[2]
    assert "Traceback" not in found[2]
    assert version(models) == before
    assert daemon.worker_pid() == worker
    assert daemon.understands()


def test_one_that_only_the_daemon_finds_out_is_put_back(daemon, models, tmp_path):
    """Whoever switches by hand, or a model that works here and not there: the daemon keeps what it has."""
    before, worker = version(models), daemon.worker_pid()
    kept = Versions(models / "intent")
    previous = kept.previous
    kept.use(kept.add(deaf(tmp_path / "deaf")))
    code, _, err = daemon.cabin("reload")
    assert code == 1
    assert "was not understood" in err
    assert daemon.worker_pid() == worker
    assert daemon.understands()
    kept.restore(kept.folder / before[0], previous)
    assert version(models) == before


def test_a_name_that_is_none(daemon):
    code, _, err = daemon.cabin("models", "use", "intnt")
    assert code == 2
    assert "neither a folder nor a version" in err


def start_with(models, folder):
    """Start a daemon on what is in place, and return it with what it told at the start."""
    with Daemon(folder, models) as running:
        works = running.understands()
        counts = running.ask("status")["counts"]
        return works, counts.get("model-fallback", 0), running.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("how", ["whole and deaf", "damaged in place"])
def test_at_the_start_the_version_before_takes_the_place_of_a_bad_one(tmp_path, how):
    models = tmp_path / "models"
    shutil.copytree(INTENT, models / "intent")
    kept = Versions(models / "intent")
    kept.use(kept.add(deaf(tmp_path / "deaf") if how == "whole and deaf" else another(tmp_path / "new", "new")))
    if how == "damaged in place":
        (kept.current / "decoder.onnx").write_bytes(b"half")
    works, fallbacks, log = start_with(models, tmp_path)
    assert works
    assert fallbacks == 1
    assert f"model-fallback left={kept.current.name} used={kept.previous.name}" in log


def test_without_a_version_before_a_bad_one_is_told_and_ends_it(tmp_path):
    models = tmp_path / "models"
    deaf(models / "intent")
    running = Daemon(tmp_path, models)
    done = running.run_second()
    assert done.returncode == 1
    assert "was not understood" in done.stderr
    running._ended.set()
    running._systemd_thread.join(WAIT_S)
    running._systemd.close()
