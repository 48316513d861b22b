"""A fake broker in a process of its own: started, killed without warning, started again."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cabin.testing.vehicle_contract import SPECS, eventually
from cabin_kuksa.fake_broker import specs_to_json

ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


class BrokerProcess:
    """Also the `Link` of the contract."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        self.folder = folder
        self.journal, self.faults = folder / "journal", folder / "faults"
        self.faults.mkdir()
        (folder / "signals.json").write_text(specs_to_json(SPECS), encoding="utf-8")
        self._options = options
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "cabin_kuksa.fake_broker", "--port", str(self.port)]
        command += ["--signals", str(self.folder / "signals.json"), "--journal", str(self.journal)]
        command += ["--faults", str(self.faults), *self._options]
        environ = {"PYTHONPATH": f"{ROOT / 'plugins'}:{ROOT}", "PATH": "/usr/bin:/bin", "GRPC_VERBOSITY": "NONE"}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
        assert "signals at" in self._process.stdout.readline()

    def cut(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process.stdout.close()
            self._process = None

    def mend(self) -> None:
        self.start()

    def fault(self, name: str) -> None:
        (self.faults / name).touch()

    def lose_next_answer(self) -> None:
        self.fault("lose-answer")

    def lose_next_command(self) -> None:
        self.fault("lose-command")

    def acted(self) -> list[tuple[str, object]]:
        text = self.journal.read_text(encoding="utf-8") if self.journal.exists() else ""
        return [tuple(json.loads(line)) for line in text.splitlines()]

    def reset(self) -> None:
        """Put the car back to where it began, in the running process: starting one for each test takes seconds."""
        from cabin_kuksa.connection import Connection
        from cabin_kuksa.settings import KuksaSettings

        connection = Connection(KuksaSettings(port=self.port))
        for spec in SPECS.values():
            publish(connection, spec.path, spec.initial)
        connection.close()
        self.journal.unlink(missing_ok=True)
        for file in self.faults.iterdir():
            file.unlink()


def publish(connection, path, value):
    """Let the broker's car tell a value, as a provider would."""
    from kuksa.val.v2 import types_pb2, val_pb2

    from cabin_kuksa.values import DATA_TYPES, encode

    point = types_pb2.Datapoint(value=encode(DATA_TYPES[SPECS[path].datatype], value))
    request = val_pb2.PublishValueRequest(signal_id=types_pb2.SignalID(path=path), data_point=point)
    connection._stub.PublishValue(request, timeout=10)


@pytest.fixture(scope="module")
def shared_broker(tmp_path_factory):
    broker = BrokerProcess(tmp_path_factory.mktemp("broker"))
    broker.start()
    yield broker
    broker.cut()


@pytest.fixture
def broker(tmp_path):
    """One that the test may kill."""
    broker = BrokerProcess(tmp_path)
    broker.start()
    yield broker
    broker.cut()


def make_car(broker, **options):
    from cabin_kuksa.car import KuksaCar
    from cabin_kuksa.settings import KuksaSettings

    settings = KuksaSettings(
        port=broker.port,
        connect_wait_ms=20_000,
        read_timeout_ms=5_000,
        backoff_first_ms=20,
        backoff_max_ms=200,
        **options,
    )
    return KuksaCar(SPECS, settings)


__all__ = ["BrokerProcess", "eventually", "make_car", "publish"]
