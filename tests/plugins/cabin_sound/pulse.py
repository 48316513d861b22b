"""A real PulseAudio with a microphone that a test speaks into: a sink of its own, whose monitor is the microphone."""

from __future__ import annotations

import contextlib
import ctypes.util
import os
import shutil
import subprocess
import time
from pathlib import Path

PROGRAMS = ("pulseaudio", "pactl", "paplay")
PLUGIN = "/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so"
SOURCE = "cabin_mic.monitor"
PATIENCE_S = 120.0


def lacking() -> str:
    """What is missing here, or the empty string."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if not ctypes.util.find_library("portaudio"):
        missing.append("libportaudio2")
    if not list(Path("/").glob(PLUGIN.lstrip("/"))):
        missing.append("libasound2-plugins")
    return ", ".join(missing)


class Pulse:
    """A server in a folder of its own; `environ` is what a client needs to find it."""

    def __init__(self, folder: Path, rate_hz: int = 48_000, always_sink: bool = True) -> None:
        self.environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
        folder.chmod(0o700)
        self._rate_hz = rate_hz
        self._modules = ["-L", "module-native-protocol-unix", *(["-L", "module-always-sink"] if always_sink else [])]
        self._log = folder / "pulse.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the server; the microphone is not there yet."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-n", *self._modules],
                env=self.environ,
                stdout=log,
                stderr=log,
            )
        give_up = time.monotonic() + PATIENCE_S
        while subprocess.run(["pactl", "info"], env=self.environ, capture_output=True, check=False).returncode:
            assert time.monotonic() < give_up, self._log.read_text(encoding="utf-8")
            time.sleep(0.05)

    def plug_in(self) -> None:
        """Make the microphone appear."""
        self._pactl("load-module", "module-null-sink", "sink_name=cabin_mic", f"rate={self._rate_hz}")

    def unplug(self) -> None:
        """Make it vanish."""
        self._pactl("unload-module", "module-null-sink")

    def speak(self, file: Path) -> None:
        """Play a file into the microphone, to its end."""
        subprocess.run(["paplay", "-d", "cabin_mic", str(file)], env=self.environ, check=True, timeout=PATIENCE_S)

    def stop(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _pactl(self, *words: str) -> None:
        subprocess.run(["pactl", *words], env=self.environ, check=True, capture_output=True, timeout=PATIENCE_S)


@contextlib.contextmanager
def running(folder: Path, rate_hz: int = 48_000):
    """Run a server with its microphone plugged in."""
    pulse = Pulse(folder, rate_hz)
    try:
        pulse.plug_in()
        yield pulse
    finally:
        pulse.stop()
