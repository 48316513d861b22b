"""What a rig is made of; that it works is shown by every fault."""

from __future__ import annotations

import yaml

from cabin.bench.faults.rig import Rig, merged


def test_settings_are_laid_over_settings():
    below = {"a": {"b": 1, "c": 2}, "d": 3}
    assert merged(below, {"a": {"c": 4}, "d": {"e": 5}}) == {"a": {"b": 1, "c": 4}, "d": {"e": 5}}
    assert below == {"a": {"b": 1, "c": 2}, "d": 3}


def test_a_rig_has_configuration_plugin_and_environment_of_its_own(tmp_path):
    rig = Rig(tmp_path / "r", {"daemon": {"act_s": 3.0}, "budget": {"resident_mib": 700}}, ("a:b", "c:d"))
    try:
        sections = yaml.safe_load(rig.config.read_text(encoding="utf-8"))
        assert sections["daemon"] == {"act_s": 3.0}
        assert sections["capture"] == {"device": str(rig.microphone.path), "source": "faulty"}
        assert "budget" not in sections
        budget = yaml.safe_load((rig.folder / "budgets" / "headunit.yaml").read_text(encoding="utf-8"))
        assert budget["resident_mib"] == 700
        assert (rig.folder / "plugin" / "cabin_faulty.py").is_file()
        environ = rig.environ()
        assert environ["CABIN_CONFIG"] == str(rig.config)
        assert environ["PYTHONPATH"].startswith(str(rig.folder / "plugin"))
        assert rig.worker() == rig.capture() == 0
        assert rig.status() == {}
        assert not rig.is_well()
        rig.claim("this", False, "that")
        rig.order("car.raise")
        assert not rig.was_obeyed("car.raise")
        rig.begin()
        assert rig.was_obeyed("car.raise")
        assert rig.claims == []
    finally:
        rig.close()
