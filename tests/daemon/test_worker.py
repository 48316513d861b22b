"""The worker process by itself: it says why it cannot be loaded, and does not outlive its socket."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from cabin.config.layers import load_config
from cabin.daemon import letters
from cabin.daemon.frames import FrameReader
from cabin.daemon.hearing_setup import HearingSetup

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = float(os.environ.get("CABIN_TEST_WAIT_S", "120"))


def start():
    ours, theirs = socket.socketpair()
    ours.settimeout(WAIT_S)
    with theirs:
        environ = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'plugins'}"}
        command = [sys.executable, "-m", "cabin.daemon.worker", str(theirs.fileno())]
        return ours, subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environ)


def test_what_is_wrong_is_told_with_the_exit_code_of_the_error():
    ours, process = start()
    environ = {**os.environ, "CABIN_LOAD_PLUGINS": ""}
    setup = HearingSetup(load_config(None, {}).value, environ, Path("none"), (Path("nowhere/at/all"),), hears=False)
    ours.sendall(letters.pack(letters.Setup(), setup.to_bytes()))
    reader, told = FrameReader(), []
    while not told:
        told = [letters.unpack(message, letters.FROM_WORKER) for message, _ in reader.feed(ours.recv(65536))]
    assert told[0].kind == "CatalogError"
    assert told[0].problems
    assert process.wait(WAIT_S) == 2


def test_it_ends_when_its_socket_is_closed():
    ours, process = start()
    ours.close()
    assert process.wait(WAIT_S) == 0
