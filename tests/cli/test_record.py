from __future__ import annotations

import pytest

from cabin.cli.record import parse_duration, recording_text
from cabin.control.protocol import PrivacyResult
from cabin.errors import UsageError


def told(on, until_ms=None):
    return PrivacyResult(on, until_ms, "switch", "/var/lib/cabin/recordings", 3, 12_000, 1.79e12, 7.0, 100.0, False)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("10 min", 600), ("1.5h", 5400), ("2", 120), ("1d", 86_400)]
)
def test_times(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-1m", "0s", "10 weeks", "1m30s"])
def test_no_times(text):
    with pytest.raises(UsageError, match="no time"):
        parse_duration(text)


def test_what_it_says():
    assert recording_text(told(False)) == "off: nothing that is said is written (switch)"
    assert recording_text(told(True)) == "RECORDING every utterance into /var/lib/cabin/recordings"
    assert "until 20" in recording_text(told(True, 1.79e12))


def test_on_and_off(cabin, live):
    daemon = live()
    asked = []

    async def record(on, seconds):
        asked.append((on, seconds))
        return told(on, 1.79e12 if on else None)

    daemon.target.record = record
    code, out, _ = cabin("record", "on", "--for", "10m", small=False)
    assert code == 0
    assert out.startswith("RECORDING every utterance into /var/lib")
    assert cabin("record", "on", small=False)[0] == 0
    assert cabin("record", "off", "--json", small=False)[1][0]["recording"] is False
    assert asked == [(True, 600.0), (True, None), (False, None)]


def test_what_is_wrong_is_said(cabin, live):
    live()
    code, out, err = cabin("record", "on", small=False)
    assert (code, out) == (1, "")
    assert "nothing can be recorded here" in err
    assert cabin("record", "off", "--for", "10m", small=False)[0] == 2
    assert cabin("record", "maybe", small=False)[0] == 2
    assert cabin("record", "on", "--for", "later", small=False)[0] == 2


def test_without_a_daemon(cabin):
    code, _, err = cabin("record", "on", small=False)
    assert code == 1
    assert "no daemon runs" in err
