"""Resident memory of the recognizer, measured in a process of its own.

    python -m cabin_moonshine.memory MODEL_DIR SOUNDS.npz [BEAM]

prints {"baseline_mib", "loaded_mib", "after_mib", "utterances"}: the first with numpy and onnxruntime imported and
nothing else, the others above that, with the model loaded and after the utterances. Linux only (VmRSS of
/proc/self/status).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

__all__ = ["measure_memory", "resident_mib"]


def resident_mib() -> float:
    """Return this process's resident memory in MiB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def measure_memory(model_dir: Path, sounds: Path, beam: int = 1) -> dict[str, float]:
    """Run this module in a new process; `sounds` is an .npz of float32 arrays at 16 kHz. Raises CalledProcessError."""
    command = [sys.executable, "-m", "cabin_moonshine.memory", str(model_dir), str(sounds), str(beam)]
    search = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=search, timeout=300)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _main(model_dir: str, sounds: str, beam: str = "1") -> None:
    import numpy as np

    from cabin.onnx_runtime import load_onnxruntime

    load_onnxruntime()  # part of the baseline
    baseline = resident_mib()
    from cabin_moonshine.recognizer import MoonshineRecognizer

    recognizer = MoonshineRecognizer(Path(model_dir), beam=int(beam))
    loaded = resident_mib()
    with np.load(sounds) as arrays:
        names = list(arrays)
        for name in names:  # one at a time: the sounds themselves are not the recognizer's
            recognizer.accept(arrays[name])
            recognizer.final()
    figures = {
        "baseline_mib": round(baseline, 1),
        "loaded_mib": round(loaded - baseline, 1),
        "after_mib": round(resident_mib() - baseline, 1),
        "utterances": len(names),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    _main(*sys.argv[1:])
