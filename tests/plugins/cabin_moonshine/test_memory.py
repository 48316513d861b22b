from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np

from cabin_moonshine.memory import measure_memory, resident_mib


def test_resident_memory_sees_what_is_touched() -> None:
    with mmap.mmap(-1, 64 << 20) as block:  # from the kernel, not out of what this process once freed
        before = resident_mib()
        for page in range(0, len(block), mmap.PAGESIZE):
            block[page] = 1
        assert resident_mib() - before > 50


def test_is_measured_in_a_process_of_its_own(random_model_dir: Path, sound: np.ndarray, tmp_path: Path) -> None:
    np.savez(tmp_path / "sounds.npz", a=sound, b=sound[:8000])
    figures = measure_memory(random_model_dir, tmp_path / "sounds.npz", beam=2)
    assert figures["utterances"] == 2
    assert figures["baseline_mib"] > 10
    assert 0 < figures["loaded_mib"] <= figures["after_mib"] + 5
