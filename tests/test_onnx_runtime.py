"""ONNX Runtime writes nothing and asks nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUN = """
import numpy as np
from onnx import TensorProto, helper
from cabin.onnx_runtime import load_onnxruntime

value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1])
graph = helper.make_graph([helper.make_node("Abs", ["x"], ["y"])], "abs", [value("x")], [value("y")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
onnxruntime = load_onnxruntime()
session = onnxruntime.InferenceSession(model.SerializeToString())
print(float(session.run(None, {"x": np.array([-2.0], np.float32)})[0][0]))
"""


def test_no_telemetry_is_left_in_the_home_folder(tmp_path):
    """Without the switch, loading a session makes a device identifier and a database of events there."""
    environ = {
        name: value for name, value in os.environ.items() if name not in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        env={**environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "2.0\n"), done.stderr
    assert list(tmp_path.rglob("*")) == []
