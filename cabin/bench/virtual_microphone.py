"""A microphone that a program speaks into: a PulseAudio server of its own, and in it a sink whose monitor is heard.

Needs PulseAudio and ALSA's plugin for it (Debian: pulseaudio pulseaudio-utils libasound2-plugins libportaudio2); it
touches neither the user's sound server nor any sound card.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes.util
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from cabin.errors import Problem, SoundError

__all__ = ["DEVICE", "VirtualMicrophone", "lacking"]

_SINK = "cabin_bench"

DEVICE = f"pulse:{_SINK}.monitor"
"""What `capture.device` is set to."""

_PACKAGES = {
    "pulseaudio": "pulseaudio",
    "pactl": "pulseaudio-utils",
    "paplay": "pulseaudio-utils",
}
_ALSA_PLUGIN = "usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so"
_START_S = 60.0


def lacking() -> list[str]:
    """Return the Debian packages that are missing here; empty: there can be a virtual microphone."""
    missing = {package for program, package in _PACKAGES.items() if shutil.which(program) is None}
    if not ctypes.util.find_library("portaudio"):
        missing.add("libportaudio2")
    if not list(Path("/").glob(_ALSA_PLUGIN)):
        missing.add("libasound2-plugins")
    return sorted(missing)


class VirtualMicrophone:
    """One server; `async with` it. `environ` is what a program needs to hear it."""

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ, rate_hz: int = 48_000) -> None:
        """`folder`: an empty one. Raises SoundError when something is missing."""
        missing = lacking()
        if missing:
            hint = f"apt-get install {' '.join(missing)}"
            raise SoundError(Problem("there can be no virtual microphone here", hint=hint))
        self._own = {**environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
        self.environ = {
            **environ,
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_SERVER": f"unix:{folder}/pulse/native",
            "PULSE_COOKIE": str(folder / "cookie"),
            "CABIN_CAPTURE_SOURCE": "microphone",
            "CABIN_CAPTURE_DEVICE": DEVICE,
        }
        self._own["PULSE_COOKIE"] = self.environ["PULSE_COOKIE"]
        self._folder, self._rate_hz = folder, rate_hz
        self._server: subprocess.Popen[bytes] | None = None

    async def __aenter__(self) -> VirtualMicrophone:
        """Start the server and plug the microphone in. Raises SoundError."""
        try:
            await self._start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the server."""
        server, self._server = self._server, None
        if server is not None and server.poll() is None:
            server.terminate()
            try:
                await asyncio.to_thread(server.wait, 5.0)
            except subprocess.TimeoutExpired:
                server.kill()
                await asyncio.to_thread(server.wait)

    async def play(self, file: Path) -> None:
        """Speak a wav file into it, to its end. Raises SoundError."""
        await self._run("paplay", "-d", _SINK, str(file))

    async def _start(self) -> None:
        self._folder.chmod(0o700)
        modules = ["-L", "module-native-protocol-unix", "-L", "module-always-sink"]
        command = ["pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-n", *modules]
        with (self._folder / "pulse.log").open("wb") as log:
            self._server = subprocess.Popen(command, env=self._own, stdout=log, stderr=log)
        deadline_s = time.monotonic() + _START_S
        while True:
            with contextlib.suppress(SoundError):
                await self._run("pactl", "info")
                break
            if self._server.poll() is not None or time.monotonic() > deadline_s:
                raise SoundError(Problem("PulseAudio does not start", str(self._folder / "pulse.log"), self._said()))
            await asyncio.sleep(0.05)
        await self._run("pactl", "load-module", "module-null-sink", f"sink_name={_SINK}", f"rate={self._rate_hz}")

    async def _run(self, *command: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=self._own,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            _, told = await process.communicate()
        except BaseException:
            if process.returncode is None:
                process.kill()
                await process.wait()
            raise
        if process.returncode:
            said = told.decode(errors="replace").strip().splitlines()
            raise SoundError(Problem(f"`{command[0]}` failed", seen=said[-1] if said else f"{process.returncode}"))

    def _said(self) -> str:
        lines = (self._folder / "pulse.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else ""
