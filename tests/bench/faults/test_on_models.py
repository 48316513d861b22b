"""Faults of models take long, as each loads them anew; here is what they are made of."""

from __future__ import annotations

from cabin.bench.faults.on_models import FAULTS, cut


def test_each_has_a_daemon_of_its_own():
    assert all(fault.is_alone and not fault.starts for fault in FAULTS)
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_a_file_cut_short_is_the_beginning_of_what_it_was(tmp_path):
    file = tmp_path / "weights.bin"
    file.write_bytes(bytes(range(90)))
    cut(file)
    assert file.read_bytes() == bytes(range(30))
