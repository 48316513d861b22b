"""A daemon that starts quickly: small catalog, no model, a recognizer that hears what a file says."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from cabin.audio.vad import find_silero
from cabin.bench.daemon_process import loosened
from cabin.demo.script import RECORDINGS
from cabin.errors import ModelError
from tests.daemon.running import ROOT, install_plugin


@pytest.fixture(scope="session")
def quick_plugin(tmp_path_factory):
    return install_plugin(tmp_path_factory.mktemp("plugin"))


@pytest.fixture
def quick(small_catalog_dir, quick_plugin, tmp_path):
    """The environment and the options of `cabin run`. No budget holds: machines of CI are slow at times."""
    try:
        find_silero()
    except ModelError:
        pytest.skip("the voice detector is not there: cabin models get silero-vad")
    says = tmp_path / "says"
    says.write_text("open the driver window", encoding="utf-8")
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "plugins", quick_plugin))),
        "CABIN_LOAD_PLUGINS": "cabin_simcar,cabin_scripted,cabin_sound",
        "CABIN_RECOGNIZER_NAME": "scripted",
        "CABIN_VEHICLE_TIMES_COMMAND_DEADLINE_MS": "60000",
        "CABIN_TEST_SAYS": str(says),
        "CABIN_CAPTURE_OPEN_MS": "60000",
        "CABIN_CAPTURE_LOST_MS": "15000",
    }
    return loosened(environ, tmp_path / "loose"), ["--model", "none", "--catalog", str(small_catalog_dir)]


@pytest.fixture
def short():
    """An empty folder with a path that sockets can have."""
    with tempfile.TemporaryDirectory(prefix="cabin") as name:
        yield Path(name)


@pytest.fixture
def recordings(tmp_path):
    """A folder of two short recordings."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name in ("06-call.wav", "09-freezing.wav"):
        shutil.copy(RECORDINGS / name, folder)
    return folder
