"""A whole daemon in a process of its own, on a socket that somebody else made: as systemd starts it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

from cabin.control.client import CabinClient

ROOT = Path(__file__).resolve().parents[2]

DAEMON = """
import asyncio, sys
from pathlib import Path
from cabin.catalog.loader import load_catalog
from cabin.chain import Chain
from cabin.control.chain_target import ChainTarget
from cabin.control.server import serving
from cabin.control.settings import ControlConfig
from cabin.executor import Executor
from cabin.template_parser import TemplateParser
from cabin.vehicle.policy_file import load_policy
from cabin_simcar.car import SimulatedCar

catalog = load_catalog([Path(sys.argv[1])])

def open_chain(car):
    return Chain(TemplateParser(catalog), Executor(catalog, load_policy(), car or SimulatedCar(catalog.signals)))

async def run():
    target = ChainTarget(open_chain)
    await target.start()
    async with serving(target, ControlConfig()):
        await target.stopped.wait()
    await target.close()

asyncio.run(run())
"""


def test_a_daemon_started_by_its_socket(tmp_path, small_catalog_dir):
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as low:
        low.bind(str(path))
        low.listen()
        number = os.dup2(low.fileno(), 93)
    script = f'exec 3<&{number}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" -c "$1" "$2"'
    command = ["bash", "-c", script, sys.executable, DAEMON, str(small_catalog_dir)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "plugins")])}

    async def ask():
        # connected before the daemon is there: the socket holds the connection until then
        async with CabinClient(path, timeout_s=120) as client:
            turn = await client.say("open the window")
            await client.stop()
            await client.wait_ended()
            return client.hello.rights, turn.reply

    with socket.socket(fileno=number), subprocess.Popen(command, env=environ, pass_fds=[number]) as daemon:
        try:
            rights, reply = asyncio.run(ask())
            assert daemon.wait(60) == 0
        finally:
            daemon.kill()
    assert (rights, reply) == (("admin", "command", "talk", "watch"), "Opening the window.")
    assert path.exists(), "it is systemd's, and stays"
