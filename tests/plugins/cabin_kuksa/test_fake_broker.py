from __future__ import annotations

import pytest

pytest.importorskip("kuksa.val.v2", reason="kuksa-client is not installed")

import grpc
from click.testing import CliRunner
from kuksa.val.v2 import types_pb2, val_pb2, val_pb2_grpc

from cabin.testing.vehicle_contract import LOCKED, MODE, POSITION, SPECS, SPEED, TEMPERATURE
from cabin_kuksa.fake_broker import FakeBroker, main, serve, specs_from_json, specs_to_json


@pytest.fixture
def stub(request, tmp_path):
    port = request.config.pluginmanager.getplugin(str(request.path.parent / "conftest.py")).free_port()
    server = serve(FakeBroker(SPECS, journal=tmp_path / "journal"), f"127.0.0.1:{port}")
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield val_pb2_grpc.VALStub(channel)
    server.stop(0)


def signal_id(path):
    return types_pb2.SignalID(path=path)


def request(path, **value):
    return val_pb2.ActuateRequest(signal_id=signal_id(path), value=types_pb2.Value(**value))


def refused(call, argument):
    with pytest.raises(grpc.RpcError) as caught:
        call(argument, timeout=20)
    return caught.value.code()


def test_tells_who_it_is_and_what_it_has(stub):
    assert stub.GetServerInfo(val_pb2.GetServerInfoRequest(), timeout=20).name
    found = {m.path: m for m in stub.ListMetadata(val_pb2.ListMetadataRequest(root="Vehicle"), timeout=20).metadata}
    assert set(found) == set(SPECS)
    assert found[TEMPERATURE].min.float == 16
    assert list(found[MODE].allowed_values.string_array.values) == list(SPECS[MODE].allowed)
    assert refused(stub.ListMetadata, val_pb2.ListMetadataRequest(root="Nothing")) is grpc.StatusCode.NOT_FOUND


def test_a_batch_acts_whole_or_not_at_all(stub):
    both = val_pb2.BatchActuateRequest(actuate_requests=[request(POSITION, uint32=10), request(LOCKED, bool=False)])
    stub.BatchActuate(both, timeout=20)
    values = stub.GetValues(val_pb2.GetValuesRequest(signal_ids=[signal_id(POSITION), signal_id(LOCKED)]), timeout=20)
    assert [point.value.WhichOneof("typed_value") for point in values.data_points] == ["uint32", "bool"]
    assert values.data_points[0].value.uint32 == 10
    half = val_pb2.BatchActuateRequest(actuate_requests=[request(POSITION, uint32=20), request(SPEED, float=9)])
    assert refused(stub.BatchActuate, half) is grpc.StatusCode.INVALID_ARGUMENT
    assert (
        stub.GetValue(val_pb2.GetValueRequest(signal_id=signal_id(POSITION)), timeout=20).data_point.value.uint32 == 10
    )


def test_refuses_what_a_databroker_refuses(stub):
    assert refused(stub.Actuate, request(POSITION, uint32=101)) is grpc.StatusCode.INVALID_ARGUMENT
    assert refused(stub.Actuate, request(POSITION, bool=True)) is grpc.StatusCode.INVALID_ARGUMENT
    assert refused(stub.Actuate, request("Vehicle.None", bool=True)) is grpc.StatusCode.NOT_FOUND


def test_the_subscription_begins_with_what_holds(stub):
    stream = stub.Subscribe(val_pb2.SubscribeRequest(signal_paths=[POSITION, SPEED]), timeout=60)
    assert set(next(stream).entries) == {POSITION, SPEED}
    stub.Actuate(request(POSITION, uint32=33), timeout=20)
    assert next(stream).entries[POSITION].value.uint32 == 33
    stream.cancel()


def test_the_car_outlives_the_broker(tmp_path):
    journal = tmp_path / "journal"
    FakeBroker(SPECS, journal=journal)._record(POSITION, 44)
    assert FakeBroker(SPECS, journal=journal)._point(POSITION).value.uint32 == 44


def test_signals_survive_json():
    assert specs_from_json(specs_to_json(SPECS)) == SPECS


def test_help_says_what_it_is():
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0
    assert "KUKSA databroker" in shown.output
