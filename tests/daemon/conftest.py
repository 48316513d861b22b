from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import pytest

from cabin.audio.vad import find_silero
from cabin.errors import ModelError
from tests.daemon.running import RunningDaemon, install_plugin


@pytest.fixture(scope="session")
def plugin_dir(tmp_path_factory):
    """A folder with the scripted plugin installed in it."""
    return install_plugin(tmp_path_factory.mktemp("plugin"))


@pytest.fixture(scope="session")
def start_daemon(small_catalog_dir, plugin_dir):
    """Make daemons on the small catalog; their sockets are in short paths."""
    try:
        find_silero()
    except ModelError:
        pytest.skip("the voice detector is not there: cabin models get silero-vad")
    numbers = itertools.count()
    with tempfile.TemporaryDirectory(prefix="cabin") as short:

        def start(*options, **settings):
            folder = Path(short) / str(next(numbers))
            folder.mkdir()
            return RunningDaemon(folder, small_catalog_dir, plugin_dir, *options, **settings)

        yield start


@pytest.fixture(scope="module")
def daemon(start_daemon):
    """One daemon for the tests of a module: what they do to it, it must survive."""
    environ = {
        "CABIN_DAEMON_STAGE_S": "3",
        "CABIN_DAEMON_ANSWER_S": "10",
        "CABIN_DAEMON_ACT_S": "1",
        "CABIN_DAEMON_WORKER_MEMORY_MIB": "350",
        "WATCHDOG_USEC": "2000000",
    }
    with start_daemon(**environ) as running:
        yield running
