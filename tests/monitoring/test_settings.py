from __future__ import annotations

from cabin.monitoring.notice import LEVELS
from cabin.monitoring.settings import MonitoringConfig


def test_the_worse_the_sooner_again():
    pauses = [MonitoringConfig().again_s(level) for level in LEVELS]
    assert pauses == sorted(pauses, reverse=True)
    assert MonitoringConfig(hint_s=1, advice_s=2, warning_s=3, alarm_s=4).again_s("alarm") == 4
