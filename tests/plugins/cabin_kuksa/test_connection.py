"""TLS and token against a real server, in this process: certificates are made here."""

from __future__ import annotations

import pytest

pytest.importorskip("kuksa.val.v2", reason="kuksa-client is not installed")
pytest.importorskip("trustme", reason="trustme is not installed")

import trustme

from cabin.errors import ConfigError, VehicleError, WriteUnknownError
from cabin.testing.vehicle_contract import POSITION, SPECS, eventually
from cabin_kuksa.car import KuksaCar
from cabin_kuksa.connection import Connection
from cabin_kuksa.fake_broker import FakeBroker, serve
from cabin_kuksa.settings import KuksaSettings

TOKEN = "header.claims.signature"


@pytest.fixture
def port(request):
    return request.config.pluginmanager.getplugin(str(request.path.parent / "conftest.py")).free_port()


@pytest.fixture
def secure(tmp_path, port):
    """A broker with TLS that wants a token; gives the settings that fit it."""
    authority = trustme.CA()
    certificate = authority.issue_cert("broker.car")
    pair = (certificate.private_key_pem.bytes(), b"".join(pem.bytes() for pem in certificate.cert_chain_pems))
    server = serve(FakeBroker(SPECS, token=TOKEN), f"127.0.0.1:{port}", pair)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    (tmp_path / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
    yield {
        "port": port,
        "tls": True,
        "root_ca": tmp_path / "ca.pem",
        "server_name": "broker.car",
        "token_file": tmp_path / "token",
        "read_timeout_ms": 5_000,
        "backoff_max_ms": 100,
    }
    server.stop(0)


def test_tls_and_token(secure):
    car = KuksaCar(SPECS, KuksaSettings(**secure, connect_wait_ms=20_000))
    car.write(POSITION, 60, 20_000)
    assert car.wait_for(POSITION, 60, 20_000).value == 60
    car.close()


def test_a_token_that_comes_later_is_taken(secure):
    file = secure["token_file"]
    file.write_text("old", encoding="utf-8")
    car = KuksaCar(SPECS, KuksaSettings(**secure, connect_wait_ms=0))
    assert eventually(lambda: "UNAUTHENTICATED" in car._why_not)
    with pytest.raises(VehicleError, match="UNAUTHENTICATED"):
        car.read(POSITION)
    file.write_text(TOKEN, encoding="utf-8")
    assert eventually(lambda: car.is_connected)
    car.close()


@pytest.mark.parametrize("wrong", [{"server_name": "stranger.car"}, {"tls": False, "root_ca": None, "server_name": ""}])
def test_a_broker_that_is_not_the_one_meant_gets_no_word(secure, wrong):
    car = KuksaCar(SPECS, KuksaSettings(**{**secure, **wrong}, connect_wait_ms=0))
    assert eventually(lambda: "UNAVAILABLE" in car._why_not)
    with pytest.raises(VehicleError) as caught:
        car.write(POSITION, 60, 1000)
    assert not isinstance(caught.value, WriteUnknownError)
    car.close()


def test_files_that_are_not_there_are_told_by_key(tmp_path):
    with pytest.raises(ConfigError, match=r"interfaces\.kuksa\.token_file: cannot be read"):
        Connection(KuksaSettings(token_file=tmp_path / "none"))
    with pytest.raises(ConfigError, match=r"interfaces\.kuksa\.root_ca"):
        Connection(KuksaSettings(tls=True, root_ca=tmp_path / "none"))
