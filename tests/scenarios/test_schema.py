from __future__ import annotations

from cabin.scenarios.schema import Step


def test_what_is_spoken():
    assert [Step(say="hi").is_spoken, Step(any_of=("a",)).is_spoken, Step(hear="a.wav").is_spoken] == [True] * 3
    assert not Step(wait_s=3).is_spoken
