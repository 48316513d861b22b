from __future__ import annotations

import pytest

from cabin.errors import UsageError
from cabin.quantization.scheme import FORMATS, Scheme, parse_granularity


@pytest.mark.parametrize(
    ("scheme", "name"),
    [
        (Scheme(), "int8-channel"),
        (Scheme("int4", "group", 32), "int4-group32"),
        (Scheme("int8", "tensor", is_symmetric=False), "int8-tensor-affine"),
        (Scheme("fp16", "group", 32), "fp16"),
    ],
)
def test_names(scheme, name):
    assert scheme.name == name
    assert scheme.to_json()["number_format"] == scheme.number_format


def test_every_format_has_its_bits():
    assert [Scheme(name).bits for name in FORMATS] == [32, 16, 8, 4]


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
