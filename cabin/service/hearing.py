"""What the service needs to hear and understand: configuration, plugins, models, and a microphone that gives sound."""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cabin.errors import CabinError
from cabin.service.findings import ServiceFinding, judged

if TYPE_CHECKING:
    from cabin.audio.capture import Capture
    from cabin.cli.app import App

__all__ = ["check_configuration", "check_microphone", "uses_cards"]

_LISTEN_S = 20.0
"""How long a microphone has to give sound; what opens it has to be loaded first."""


def check_configuration(app: App) -> Iterator[ServiceFinding]:
    """Look at configuration, plugins, catalogs and models as `cabin doctor` does, but as this user."""
    from cabin.cli.checkup import catalogs, configuration, intent_model, plugins, speech_models

    for check in (configuration, plugins, catalogs, intent_model, speech_models):
        for found in check(app):
            yield ServiceFinding(found.level, found.area, found.what, hint=found.hint)


def uses_cards(app: App) -> bool:
    """Whether sound comes from a sound card, not from a sound server, a file or a socket. Raises ConfigError."""
    chosen = app.config.capture
    is_served = chosen.device.startswith("pulse") or bool(app.environ.get("PULSE_SERVER"))
    return app.config.daemon.source == "capture" and chosen.source == "microphone" and not is_served


def check_microphone(app: App, listen_s: float = _LISTEN_S) -> Iterator[ServiceFinding]:
    """Open what the daemon would open, and wait for its first sound."""
    from cabin.daemon.opening import open_source
    from cabin.daemon.options import RunOptions

    where = f"capture.device of {app.config_file('cabin.yaml') or 'the built-in values'}"
    if app.config.daemon.source != "capture":
        yield ServiceFinding("ok", "microphone", "none is asked for", "daemon.source", app.config.daemon.source)
        return
    try:
        source: Capture = open_source(app, RunOptions())  # type: ignore[assignment]
    except (CabinError, OSError) as error:
        yield ServiceFinding("fail", "microphone", "cannot be opened", where, str(error))
        return
    source.start()
    try:
        give_up_s = time.monotonic() + listen_s
        blocks = source.read(8)
        while not blocks and time.monotonic() < give_up_s:
            select.select([source], [], [], 0.2)
            blocks = source.read(8)
        state = source.state
        seen = f"{state.device or 'no device'}: {state.status}, {len(blocks)} blocks of sound"
        hint = str(state.problem) if state.problem is not None else "`cabin microphones` lists what there is."
        yield judged(bool(blocks), "microphone", "gives sound", where, seen, "open, with sound", hint)
    finally:
        source.stop()
