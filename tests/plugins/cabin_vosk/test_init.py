from __future__ import annotations

import subprocess
import sys

import cabin_vosk
from cabin_vosk.options import VoskOptions


def test_it_registers_its_recognizer_and_its_section() -> None:
    recognizers: dict[str, object] = {}
    sections: dict[str, object] = {}
    cabin_vosk.register_recognizers(register=lambda name, thing, summary="": recognizers.update({name: thing}))
    cabin_vosk.register_config(register=lambda name, thing, summary="": sections.update({name: thing}))
    assert callable(recognizers["vosk"])
    assert sections == {"vosk": VoskOptions}


def test_importing_it_loads_no_engine() -> None:
    code = "import sys; sys.path.insert(0, 'plugins'); import cabin_vosk; print('vosk' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
