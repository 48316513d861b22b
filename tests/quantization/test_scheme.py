from __future__ import annotations

import pytest

from cabin.errors import UsageError
from cabin.quantization.scheme import CALIBRATIONS, FORMATS, GROUPS, Scheme, parse_granularity, parse_scheme


@pytest.mark.parametrize(
    ("scheme", "name"),
    [
        (Scheme(), "int8-channel"),
        (Scheme("int4", "group", 32), "int4-group32"),
        (Scheme("int8", "tensor", is_symmetric=False), "int8-tensor-affine"),
        (Scheme("fp16", "group", 32), "fp16"),
        (Scheme("int4", "group", 32, calibration="mse"), "int4-group32-mse"),
        (Scheme("nf4", "channel", calibration="percentile", percentile=99.0), "nf4-channel-p99"),
    ],
)
def test_names(scheme, name):
    assert scheme.name == name
    assert scheme.to_json()["number_format"] == scheme.number_format


def test_every_format_has_its_bits():
    assert [Scheme(name).bits for name in FORMATS] == [32, 16, 8, 4, 4]


@pytest.mark.parametrize(
    ("text", "read"), [("tensor", ("tensor", 0)), ("channel", ("channel", 0)), ("group:64", ("group", 64))]
)
def test_granularities(text, read):
    assert parse_granularity(text) == read


@pytest.mark.parametrize("text", ["", "group", "group:", "group:7", "group:-32", "channel:32", "tensr", "group:32:1"])
def test_wrong_granularities(text):
    with pytest.raises(UsageError, match="--granularity: unknown granularity"):
        parse_granularity(text)


def test_a_near_miss_is_named():
    with pytest.raises(UsageError, match="Did you mean 'channel'"):
        parse_granularity("chanel")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("calibration", CALIBRATIONS)
@pytest.mark.parametrize("shape", [("tensor", 0), ("channel", 0), *(("group", size) for size in GROUPS)])
@pytest.mark.parametrize("symmetric", [True, False])
def test_names_are_read_back(form, calibration, shape, symmetric):
    scheme = Scheme(form, *shape, symmetric or form == "nf4", calibration)
    if scheme.bits > 8:
        scheme = Scheme(form)
    assert parse_scheme(scheme.name) == scheme


@pytest.mark.parametrize(
    "text",
    ["", "int8", "int3-channel", "int4-group33", "nf4-channel-affine", "fp32-mse", "int8-channel-p20", "int4-group"],
)
def test_wrong_names(text):
    with pytest.raises(UsageError, match="--schemes: unknown scheme"):
        parse_scheme(text)


def test_a_near_name_is_told():
    with pytest.raises(UsageError, match="Did you mean 'int8-channel'"):
        parse_scheme("int8-chanel")


def test_mixed_precision():
    low = Scheme("int4", "group", 32)
    mixed = Scheme().with_overrides({"b": low, "a": low, "c": Scheme("nf4", "group", 64)})
    assert mixed.name == "int8-channel+2xint4-group32+1xnf4-group64"
    assert mixed.of("a") == low
    assert mixed.of("z") == Scheme()
    assert mixed.without_overrides() == Scheme()
    assert Scheme.from_json(mixed.to_json()) == mixed
