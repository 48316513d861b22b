from __future__ import annotations

import subprocess
import sys

import cabin_moonshine


def test_registers_moonshine() -> None:
    registered = {}
    cabin_moonshine.register_recognizers(lambda name, thing, summary="": registered.update({name: (thing, summary)}))
    assert list(registered) == ["moonshine"]
    assert callable(registered["moonshine"][0])


def test_registers_its_section() -> None:
    registered = {}
    cabin_moonshine.register_config(lambda name, thing, summary="": registered.update({name: thing}))
    assert registered["moonshine"]().beam == 0


def test_importing_the_plugin_loads_nothing_heavy() -> None:
    code = (
        "import sys, cabin_moonshine; print([m for m in ('numpy', 'onnxruntime', 'onnx', 'torch') if m in sys.modules])"
    )
    search = [path for path in sys.path if path]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {search!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
