"""cabin installed in a real systemd: a throw-away machine of which the host's root is the lower layer.

    with ServiceBox(tool, staged, folder) as box:
        box.start_sound()
        box.start_service()
        box.wait_microphone()
        box.speak(RECORDINGS / "01-temperature.wav")
        box.wait_event("done", intent="temperature.set")

Nothing of it is simulated: units, users, limits and the microphone (PulseAudio) are what a car would have. Processes of
the box are the host's too, so tests may signal them; its files are under `box.path("/")`.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import itertools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["CHECKOUT", "ROOT", "ServiceBox", "box_tool", "lacking", "stage"]

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = Path(os.environ.get("CABIN_TEST_CHECKOUT", ROOT))
"""What is installed; another one while this is being worked on."""
WAIT_S = float(os.environ.get("CABIN_TEST_WAIT_S", "120"))
"""Machines of CI are slow at times; nothing here waits so long when all is well."""

SOCKET = "/run/cabin/control.sock"
PROGRAMS = {
    "systemd-nspawn": "systemd-container",
    "systemd-analyze": "systemd",
    "dbus-daemon": "dbus",
    "pulseaudio": "pulseaudio",
    "paplay": "pulseaudio-utils",
}
ROLES = {"main": "bin/cabin\0run", "worker": "cabin.daemon.worker", "capture": "cabin.audio.capture_child"}
"""What the command lines of the service's processes hold."""

_SOUND = """
[Unit]
Description=A microphone that tests speak into
[Service]
Type=notify
User=daemon
RuntimeDirectory=cabin-sound
Environment=HOME=/run/cabin-sound XDG_RUNTIME_DIR=/run/cabin-sound
ExecStart=/usr/bin/pulseaudio --daemonize=no --exit-idle-time=-1 --use-pid-file=no -n \\
  -L "module-native-protocol-unix socket=/run/cabin-sound/native auth-anonymous=1" \\
  -L "module-null-sink sink_name=cabin_mic rate=48000" -L module-always-sink
"""
_IS_PATIENT = """
[Service]
Environment=CABIN_DAEMON_BUDGET=patient CABIN_DAEMON_ANSWER_S=20 CABIN_DAEMON_STAGE_S=60
"""
_USES_SOUND = """
[Unit]
Wants=cabin-sound.service
After=cabin-sound.service
[Service]
Environment=PULSE_SERVER=unix:/run/cabin-sound/native CABIN_CAPTURE_DEVICE=pulse:cabin_mic.monitor
"""
PATIENT = {
    "deadlines": dict.fromkeys(("recognize_ms", "parse_ms", "policy_ms", "utterance_ms"), 600_000),
    "resident_mib": 100_000,
    "ladder": {
        "least_samples": 1000,
        "lean": {"pressure_percent": None, "processor_percent": None},
        "essential": {"pressure_percent": None, "processor_percent": None},
    },
}
"""A budget that a machine of CI keeps on its worst day: the ladder is proved elsewhere and must refuse nothing here."""

_SOUND_SERVER = "unix:/run/cabin-sound/native"

_GUARD = (
    *("sh", "-c"),
    'while kill -0 "$0" 2>/dev/null; do sleep 2; done; [ ! -d "$2" ] || "$1" stop "$2"; cd "${2%/*}" && rm -rf ./units',
)
"""Ends the box of a test process that was killed: nothing else would."""
_NUMBERS = itertools.count()

Found = TypeVar("Found")


def box_tool() -> Path:
    """The program that boots boxes; it lies beside the checkout."""
    return ROOT.parent / "shared" / "tools" / "systemd-box"


def lacking() -> str:
    """Why no box can be had here, or the empty string."""
    if not box_tool().is_file():
        return "no ../shared/tools/systemd-box beside the checkout"
    if os.geteuid() != 0:
        return "only root can boot a systemd"
    missing = sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None})
    if missing:
        return f"missing: apt-get install {' '.join(missing)}"
    if not (CHECKOUT / ".cache" / "wheels").is_dir():
        return "the service's packages are not there: make wheels"
    return ""


def stage(folder: Path = CHECKOUT / ".cache" / "staged") -> Path:
    """Install cabin as it is now into `folder` as into a package's; quick when nothing has changed. Returns it."""
    with _locked(folder, fcntl.LOCK_EX):
        make("install", f"DESTDIR={folder}")
    return folder


@contextlib.contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """Hold the lock of what is installed in `folder`: other test processes install into it, or copy from it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, how)
        yield


def make(*words: str, check: bool = True, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run make on this checkout without fetching anything: models and wheels are there."""
    have = [f"--assume-old=.venv/stamps/{stamp}" for stamp in ("demo-models", "wheels", "run")]
    command = ["make", "--silent", "-C", str(CHECKOUT), *have, *words]
    done = subprocess.run(command, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def wait_until(found: Callable[[], Found], what: str) -> Found:
    """Return what `found` returns once it is true; fail with `what` after a long time."""
    give_up_s = time.monotonic() + WAIT_S
    while not (value := found()):
        assert time.monotonic() < give_up_s, f"waited {WAIT_S:g} s for {what}"
        time.sleep(0.02)
    return value


class ServiceBox:
    """One machine. `with` it."""

    def __init__(self, tool: Path, staged: Path, folder: Path, binds: tuple[str, ...] = ()) -> None:
        """`folder`: an empty one with a short path; it goes with the box. `binds`: more arguments of nspawn, such as
        "--bind-ro=FROM:TO"."""
        self.folder, self.units, self._box = folder, folder / "units", folder / f"b{os.getpid()}-{next(_NUMBERS)}"
        self._tool, self._staged, self._binds = tool, staged, binds
        self._pid = 0
        self._guard: subprocess.Popen[bytes] | None = None
        self._watcher: socket.socket | None = None
        self._rest = b""
        self.seen: list[dict[str, Any]] = []
        """Events that have come and were not waited for."""

    def __enter__(self) -> ServiceBox:
        try:
            self.boot()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # The machine

    def boot(self) -> None:
        """Boot it, and install cabin as a package manager does: files first, then users and directories."""
        self.units.mkdir(parents=True)
        environ = {**os.environ, "SDBOX_ARGS": " ".join((f"--bind-ro={self._staged}:/mnt", *self._binds))}
        atexit.register(self.stop)
        self._guard = subprocess.Popen([*_GUARD, str(os.getpid()), self._tool, self._box], start_new_session=True)
        subprocess.run([self._tool, "start", self._box, self.units], env=environ, check=True)
        self._pid = int((self._box / "pid").read_text())
        with _locked(self._staged, fcntl.LOCK_SH):
            self.run("cp", "-a", "/mnt/.", "/")
        self.run("systemd-sysusers")
        self.run("systemd-tmpfiles", "--create", "cabin.conf")
        self.path("/etc/cabin/budgets/patient.yaml").write_text(json.dumps(PATIENT), encoding="utf-8")
        self.put_unit("cabin.service.d/55-patient.conf", _IS_PATIENT)

    def stop(self) -> None:
        """Power it off; nothing of it is left."""
        atexit.unregister(self.stop)
        self.unwatch()
        if self._guard is not None:
            self._guard.kill()
            self._guard.wait()
        if self._box.is_dir():
            subprocess.run([self._tool, "stop", self._box], check=False, capture_output=True)
        shutil.rmtree(self.units, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    def run(self, *words: str | Path, check: bool = True, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command in it as root, outside of the service's limits."""
        command = [str(self._tool), "run", str(self._box), *map(str, words)]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("CABIN_", "XDG_", "PYTHON"))}
        done = subprocess.run(
            command, env={**clean, **environ}, capture_output=True, text=True, check=False, timeout=WAIT_S
        )
        assert not check or done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def path(self, inside: str) -> Path:
        """A file of the box as the host reaches it, to read or to write."""
        return Path(f"/proc/{self._pid}/root") / inside.lstrip("/")

    # systemd

    def ctl(self, *words: str, check: bool = True) -> str:
        """Run systemctl; return what it says."""
        return self.run("systemctl", "--no-pager", *words, check=check).stdout

    def show(self, *properties: str, unit: str = "cabin.service") -> dict[str, str]:
        """Properties of a unit as systemd holds them now."""
        told = self.ctl("show", unit, f"--property={','.join(properties)}")
        return dict(line.split("=", 1) for line in told.splitlines() if "=" in line)

    def put_unit(self, name: str, text: str) -> None:
        """Write a unit, or a drop-in ("cabin.service.d/70-test.conf"), and have systemd read it."""
        file = self.units / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.lstrip("\n"), encoding="utf-8")
        self.reload_units()

    def drop_unit(self, name: str) -> None:
        """Take a unit or drop-in away again."""
        (self.units / name).unlink(missing_ok=True)
        self.reload_units()

    def reload_units(self) -> None:
        """daemon-reload."""
        self.ctl("daemon-reload")

    @contextlib.contextmanager
    def service_with(self, text: str, name: str = "70-test.conf") -> Iterator[None]:
        """Have a drop-in for cabin.service while the block runs. Starting is the caller's."""
        self.put_unit(f"cabin.service.d/{name}", text)
        try:
            yield
        finally:
            self.drop_unit(f"cabin.service.d/{name}")

    def journal(self, unit: str = "cabin", cursor: str = "") -> str:
        """What a unit has logged, and systemd about it, since `cursor` (of `mark`)."""
        since = [f"--after-cursor={cursor}"] if cursor else []
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}", *since, check=False).stdout

    def mark(self) -> str:
        """Where the journal is now, for `journal`."""
        self.run("journalctl", "--sync")
        told = self.run("journalctl", "--no-pager", "--lines=0", "--show-cursor").stdout
        return told.rpartition("-- cursor: ")[2].strip()

    # The service

    def start_sound(self) -> None:
        """Start the microphone, and have the service use it from its next start on."""
        self.put_unit("cabin-sound.service", _SOUND)
        self.put_unit("cabin.service.d/60-sound.conf", _USES_SOUND)
        self.ctl("start", "cabin-sound.service")
        # A sink that nobody listens to makes two seconds of sound at a time; then as little as is asked for.
        record = f"parec -s {_SOUND_SERVER} -d cabin_mic.monitor --latency-msec=30 | head -c 20000 >/dev/null"
        self.run("sh", "-c", record)

    def start_service(self) -> None:
        """Start it, or start it anew, and wait until it is READY; then follow its events."""
        self.unwatch()
        self.ctl("reset-failed", "cabin.service", "cabin.socket", check=False)
        self.ctl("start", "cabin.socket")
        done = self.run("systemctl", "restart", "cabin.service", check=False)
        assert done.returncode == 0, done.stderr + self.journal()
        self.watch()

    def stop_service(self) -> None:
        """Stop service and socket."""
        self.unwatch()
        self.ctl("stop", "cabin.service", "cabin.socket")

    def wait_active(self, since: int = -1) -> None:
        """Wait until the service is READY; with `since` (of `restarts`), after one more start by systemd itself."""
        wait_until(
            lambda: self.show("ActiveState")["ActiveState"] == "active" and self.restarts() > since, "an active service"
        )

    def restarts(self) -> int:
        """How often systemd has started it anew by itself."""
        return int(self.show("NRestarts")["NRestarts"])

    def ready_s(self) -> float:
        """How long the latest start took, from systemd's beginning to READY, in seconds."""
        told = self.show("InactiveExitTimestampMonotonic", "ActiveEnterTimestampMonotonic")
        return (int(told["ActiveEnterTimestampMonotonic"]) - int(told["InactiveExitTimestampMonotonic"])) / 1e6

    def pids(self) -> dict[str, int]:
        """The service's processes by role (main, worker, capture), as the host numbers them."""
        found = {}
        for pid in self.all_pids():
            with contextlib.suppress(OSError):
                line = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
                found.update({role: pid for role, words in ROLES.items() if words in line})
        return found

    def all_pids(self) -> list[int]:
        """Every process in the service's control group, as the host numbers them."""
        name = f"sdbox-{self._box.name}"
        for top, below in itertools.product(
            (".", "systemd"), (".", "payload")
        ):  # version 2, version 1; nspawn's choice
            file = Path("/sys/fs/cgroup", top, name, below, "system.slice/cabin.service/cgroup.procs")
            with contextlib.suppress(OSError):
                return [int(line) for line in file.read_text().split()]
        return []

    def kill(self, role: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to one of the service's processes; return which it was."""
        pid = wait_until(lambda: self.pids().get(role), role)
        os.kill(pid, number)
        return pid

    def memory_mib(self) -> dict[str, tuple[float, float]]:
        """RSS and PSS of each process of the service, by role."""
        told = {}
        for role, pid in self.pids().items():
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            kib = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
            told[role] = (kib["Rss"] / 1024, kib["Pss"] / 1024)
        return told

    # Sound

    def speak(self, file: Path) -> None:
        """Play a wav file of the checkout into the microphone; returns at its end."""
        inside = "/run/cabin-sound/spoken.wav"
        shutil.copyfile(file, self.path(inside))
        self.run("paplay", "-s", _SOUND_SERVER, "-d", "cabin_mic", inside)

    def pactl(self, *words: str) -> str:
        """Tell the sound server something: ("unload-module", "module-null-sink") unplugs the microphone."""
        return self.run("pactl", "-s", _SOUND_SERVER, *words).stdout

    def wait_microphone(self, what: str = "listening to") -> None:
        """Wait until the service's log tells this of its microphone since it was started."""
        began = self.show("InvocationID")["InvocationID"]
        match = f"_SYSTEMD_INVOCATION_ID={began}"
        wait_until(lambda: what in self.run("journalctl", "--output=cat", match, check=False).stdout, what)

    # The control socket

    def ask(self, request: str, **fields: Any) -> dict[str, Any]:
        """Ask the daemon over a connection of its own; return the result, or the error."""
        with self.connect() as client:
            client.sendall(json.dumps({"v": 1, "id": 1, "request": request, **fields}).encode() + b"\n")
            rest = b""
            while data := client.recv(65536):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    told = json.loads(line)
                    if told.get("id") == 1:
                        return dict(told["result"] if told["ok"] else told["error"])
        raise AssertionError(f"the daemon hung up on {request}")

    def connect(self) -> socket.socket:
        """A connection to the socket, as root."""
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        client.settimeout(WAIT_S)
        client.connect(str(self.path(SOCKET)))
        return client

    def read_signal(self, question: str) -> Any:
        """The value that the car has now, by asking for it in words: "what is the temperature set to"."""
        return self.ask("say", text=question)["outcomes"][0]["readings"][0]["value"]

    def watch(self) -> None:
        """Follow the daemon's events from now on."""
        self.unwatch()
        self._watcher = self.connect()
        self._watcher.sendall(b'{"v":1,"request":"watch"}\n')

    def unwatch(self) -> None:
        """Follow them no more, and forget those that came."""
        if self._watcher is not None:
            self._watcher.close()
        self._watcher, self._rest, self.seen = None, b"", []

    def wait_event(self, name: str, **data: str) -> dict[str, Any]:
        """Return the data of the next event of that name whose fields hold these words; later ones are left."""
        give_up_s = time.monotonic() + WAIT_S
        while time.monotonic() < give_up_s:
            for index, event in enumerate(self.seen):
                told = event["data"]
                if event["event"] == name and all(wanted in str(told.get(key)) for key, wanted in data.items()):
                    del self.seen[: index + 1]
                    return dict(told)
            assert self._read(), f"hung up while waiting for {name}: {self.journal()}"
        raise AssertionError(f"no {name} {data}: {self.journal()}")

    def _read(self) -> bool:
        assert self._watcher is not None, "watch() first"
        if not select.select([self._watcher], [], [], 1.0)[0]:
            return True
        data = self._watcher.recv(65536)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.seen += [told for line in lines if "event" in (told := json.loads(line))]
        return bool(data)
