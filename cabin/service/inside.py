"""The process that `cabin doctor --as-service` runs with all settings of the unit: it looks at itself and tells.

    python -m cabin.service.inside '{"user": "cabin", ...}'

One finding a line on standard output, as JSON. systemd starts it as it would the daemon: what it may, the daemon may.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cabin.service.findings import ServiceFinding

__all__ = ["Expected", "findings", "main"]


@dataclass(frozen=True)
class Expected:
    """What the unit asks for, as the doctor outside reads it from systemd."""

    user: str
    groups: tuple[str, ...]
    writable: tuple[str, ...]
    readable: tuple[str, ...]
    memory_mib: float | None
    cpu_percent: float | None
    tasks: int | None
    host_namespace: str
    """The system's network namespace."""
    listens: bool
    """Whether to open the microphone; not while the daemon has it."""

    @classmethod
    def read(cls, text: str) -> Expected:
        """Return what was sent as JSON. Raises ValueError, TypeError for what is none."""
        told: dict[str, Any] = json.loads(text)
        lists = {name: tuple(told[name]) for name in ("groups", "writable", "readable")}
        return cls(**{**told, **lists})


def findings(expected: Expected) -> Iterator[ServiceFinding]:
    """Look at this process, in the order told."""
    from cabin.cli.app import App
    from cabin.config import load_budgets
    from cabin.errors import CabinError
    from cabin.service import hearing, identity, limits, network, places

    app = App()
    yield from identity.check_identity(expected.user, expected.groups)
    yield from identity.check_rights(identity.read_status())
    yield from network.check_network(expected.host_namespace)
    yield from places.check_writable(map(Path, expected.writable))
    yield from places.check_readable(map(Path, expected.readable))
    yield from places.check_hidden((Path("/home"), Path("/root")))
    yield from hearing.check_configuration(app)
    try:
        budgets = load_budgets(app.config_file(f"budgets/{app.config.daemon.budget}.yaml")).value
        yield from places.check_devices(hearing.uses_cards(app))
    except CabinError:  # told above, with every mistake
        return
    percent = budgets.ladder.restart.memory_percent or 100.0
    asked = limits.Limits(expected.memory_mib, expected.cpu_percent, expected.tasks)
    restart_mib = budgets.resident_mib * percent / 100
    yield from limits.check_limits(limits.read_limits(), asked, restart_mib, app.config.daemon.budget)
    if expected.listens:
        yield from hearing.check_microphone(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Tell every finding."""
    from cabin.cli.output import print_json

    words = sys.argv[1:] if arguments is None else arguments
    for finding in findings(Expected.read(words[0])):
        print_json(finding)


if __name__ == "__main__":
    main()
