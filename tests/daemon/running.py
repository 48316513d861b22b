"""`cabin run` as a process of its own, with a fake systemd beside it, sound over a socket, and a client that waits."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import numpy as np

from cabin.audio.wav import stream_sound
from cabin.demo.script import RECORDINGS

__all__ = ["RunningDaemon", "install_plugin"]

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = float(os.environ.get("CABIN_TEST_WAIT_S", "120"))
"""Machines of CI are slow at times; nothing here waits so long when all is well."""

STAYS_NORMAL = {
    "least_samples": 1000,
    "lean": {"pressure_percent": None},
    "essential": {"pressure_percent": None},
}
"""What a test does to one worker (hundreds of MiB, utterances lost) must not have the ladder refuse the next test's
commands; nor must a busy machine. tests/daemon/test_ladder.py and tests/budget prove the ladder."""


def install_plugin(folder: Path) -> Path:
    """Put the scripted plugin where entry points are found, as `pip install` would."""
    shutil.copy(Path(__file__).with_name("scripted_plugin.py"), folder / "cabin_scripted.py")
    info = folder / "cabin_scripted-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: cabin-scripted\nVersion: 0.1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[cabin]\ncabin_scripted = cabin_scripted\n", encoding="utf-8")
    return folder


class RunningDaemon:
    """One daemon. `with` it."""

    def __init__(self, folder: Path, catalog: Path, plugin: Path, *options: str, audio: bool = True, **environ: str):
        self.folder, self.control = folder, folder / "c.sock"
        self.says, self.sound = folder / "says", folder / "s.sock"
        self.config = folder / "cabin.yaml"
        self.say_it("open the window")
        if not self.config.exists():
            self.config.write_text("dialog: {context_s: 30, question_s: 600}\n", encoding="utf-8")
        (folder / "budgets").mkdir(exist_ok=True)
        deadlines = {"recognize_ms": 600000, "parse_ms": 600000, "policy_ms": 600000, "utterance_ms": 600000}
        budgets = {"deadlines": deadlines, "resident_mib": 100_000, "ladder": STAYS_NORMAL}
        (folder / "budgets" / "headunit.yaml").write_text(json.dumps(budgets), encoding="utf-8")
        self.notified: list[str] = []
        self._systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._systemd.bind(str(folder / "n.sock"))
        self._ended = threading.Event()
        self._systemd_thread = threading.Thread(target=self._take_notified, daemon=True)
        self._systemd_thread.start()
        self.environ = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "plugins", plugin))),
            "CABIN_CONFIG": str(self.config),
            "CABIN_CONTROL_SOCKET": str(self.control),
            "CABIN_CONTROL_TRANSCRIPTS": "[self]",
            "CABIN_LOAD_PLUGINS": "cabin_simcar,cabin_scripted",
            "CABIN_RECOGNIZER_NAME": "scripted",
            "CABIN_VEHICLE_INTERFACE": "scripted",
            "CABIN_TEST_SAYS": str(self.says),
            "NOTIFY_SOCKET": str(folder / "n.sock"),
            **environ,
        }
        source = ["--source", f"socket:{self.sound}"] if audio else ["--no-audio"]
        self.command = [sys.executable, "-m", "cabin.cli.main", "run", "--model", "none", "--catalog", str(catalog)]
        self.command += [*source, *options]
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self._watcher: socket.socket | None = None
        self._rest = b""
        self.seen: list[dict] = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        self._ended.set()
        self._systemd_thread.join(WAIT_S)
        self._systemd.close()

    # The process

    def start(self):
        """Start and wait until it says READY."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, env=self.environ, stderr=log, stdout=log)
        self.wait_notified("READY=1")
        self.watch()
        return self

    def run_second(self):
        """Run another one with the same socket to its end; return it."""
        return subprocess.run(
            self.command, env=self.environ, capture_output=True, text=True, timeout=WAIT_S, check=False
        )

    def kill(self):
        """End it, whatever it is at."""
        if self._watcher is not None:
            self._watcher.close()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.wait(WAIT_S)

    def signal(self, number):
        self.process.send_signal(number)

    def wait_exit(self):
        return self.process.wait(WAIT_S)

    def wait_notified(self, message):
        """Wait until systemd is told a line."""
        deadline_s = time.monotonic() + WAIT_S
        while message not in self.notified:
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline_s, self.notified
            time.sleep(0.02)

    def settle_notified(self):
        """Wait until all that systemd was told so far has been taken."""
        mark = f"X_MARK={uuid.uuid4()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as marking:
            marking.settimeout(WAIT_S)
            marking.sendto(mark.encode(), str(self.folder / "n.sock"))
        deadline_s = time.monotonic() + WAIT_S
        while mark not in self.notified:
            assert time.monotonic() < deadline_s, self.notified
            time.sleep(0.02)

    def _take_notified(self):
        """Take at once what systemd is told, as systemd does: a full socket takes nothing, at ten messages already."""
        while not self._ended.is_set():
            if select.select([self._systemd], [], [], 0.1)[0]:
                self.notified += self._systemd.recv(65536).decode().splitlines()

    # The worker

    def worker_pid(self):
        """The worker's process, once one is running."""
        deadline_s = time.monotonic() + WAIT_S
        while time.monotonic() < deadline_s:
            worker = self.ask("status")["workers"][0]
            if worker["state"] == "running":
                return worker["pid"]
            time.sleep(0.05)
        raise AssertionError("no worker")

    # Sound

    def say_it(self, words):
        """Have the recognizer hear these words from now on."""
        self.says.write_text(words, encoding="utf-8")
        with contextlib.suppress(FileNotFoundError):
            self.began.unlink()

    @property
    def began(self):
        """A file that is there once the recognizer has begun."""
        return self.says.with_suffix(".began")

    def speak(self, words, *, quiet_s=1.5):
        """Have somebody speak, and let the recognizer hear these words; returns when all sound is sent."""
        self.say_it(words)
        voice = np.concatenate(list(stream_sound(RECORDINGS / "06-call.wav")))
        silence = np.zeros(round(quiet_s * 16000), dtype=np.float32)
        pcm = (np.clip(np.concatenate((silence[:8000], voice, silence)), -1, 1) * 32767).astype("<i2").tobytes()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sound:
            sound.connect(str(self.sound))
            sound.sendall(pcm)

    def wait_began(self):
        """Wait until the recognizer is at it."""
        deadline_s = time.monotonic() + WAIT_S
        while not self.began.exists():
            assert time.monotonic() < deadline_s, self.log.read_text(encoding="utf-8")
            time.sleep(0.02)

    # The control socket

    def watch(self):
        self._watcher = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._watcher.connect(str(self.control))
        self._watcher.sendall(b'{"v":1,"request":"watch"}\n')

    def wait_event(self, name, **data):
        """Return the data of the next event of that name that has these fields; later ones are left for later."""
        deadline_s = time.monotonic() + WAIT_S
        while time.monotonic() < deadline_s:
            for index, event in enumerate(self.seen):
                told = event["data"]
                if event["event"] == name and all(wanted in str(told.get(key)) for key, wanted in data.items()):
                    del self.seen[: index + 1]
                    return told
            self._read()
        raise AssertionError(f"no {name} {data}: {self.log.read_text(encoding='utf-8')}")

    def events(self):
        """The names of the events that have come and were not waited for."""
        while select.select([self._watcher], [], [], 0)[0] and self._read():
            pass
        return [event["event"] for event in self.seen]

    def _read(self):
        if not select.select([self._watcher], [], [], 1.0)[0]:
            return True
        data = self._watcher.recv(65536)
        self._rest += data
        *lines, self._rest = self._rest.split(b"\n")
        self.seen += [told for line in lines if "event" in (told := json.loads(line))]
        return bool(data)

    def ask(self, request, **fields):
        """Ask over a connection of its own; return the result, or the error."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(WAIT_S)
            client.connect(str(self.control))
            client.sendall(json.dumps({"v": 1, "id": 1, "request": request, **fields}).encode() + b"\n")
            rest = b""
            while True:
                rest += client.recv(65536)
                *lines, rest = rest.split(b"\n")
                for line in lines:
                    told = json.loads(line)
                    if told.get("id") == 1:
                        return told["result"] if told["ok"] else told["error"]

    def window(self):
        """How far the driver's window is open, by asking."""
        return self.ask("say", text="how far is the driver window open")["outcomes"][0]["readings"][0]["value"]
