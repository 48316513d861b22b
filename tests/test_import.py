"""What importing cabin costs: no torch, no sound, no network, nothing heavy before it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {
    "accelerate",
    "hassil",
    "huggingface_hub",
    "numpy",
    "onnx",
    "onnxruntime",
    "rich",
    "sounddevice",
    "soundfile",
    "soxr",
    "tokenizers",
    "torch",
    "transformers",
    "vosk",
}
NEVER = {"accelerate", "sounddevice", "torch", "transformers", "huggingface_hub", "onnx"}
"""What no command that runs may load, even once it works."""

PROBE = """
import json, sys
opened = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.exec", "os.posix_spawn", "urllib.Request"):
        opened.append(event)
sys.addaudithook(watch)
{code}
print(json.dumps({{"modules": sorted(sys.modules), "opened": opened}}))
"""


def probe(code: str) -> dict[str, list[str]]:
    """Run `code` in a process of its own; return the modules it loaded and the connections and processes it began."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "plugins")])
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(code=code)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("module", ["cabin", "cabin.cli.main", "cabin.hookspecs", "cabin.errors", "cabin.messages"])
def test_importing_loads_nothing_heavy(module):
    told = probe(f"import {module}")
    assert HEAVY & {name.partition(".")[0] for name in told["modules"]} == set()
    assert told["opened"] == []


def test_help_loads_no_model_library():
    told = probe("from cabin.cli.main import cli\ntry:\n    cli(['--help'])\nexcept SystemExit:\n    pass")
    heavy = {"onnxruntime", "tokenizers", "soxr", "hassil", "vosk"} | NEVER
    assert heavy & {name.partition(".")[0] for name in told["modules"]} == set()
    assert told["opened"] == []


def test_the_configuration_is_read_without_numpy():
    told = probe("from cabin.cli.app import App\nApp().config.endpoint.end_s")
    assert {name.partition(".")[0] for name in told["modules"]} & HEAVY == set()


def test_a_chain_without_a_conversation_loads_none_and_no_numpy():
    told = probe("import cabin.assembly, cabin.chain")
    assert "cabin.dialog.conversation" not in told["modules"]
    assert {name.partition(".")[0] for name in told["modules"]} & HEAVY == set()


def test_acting_on_a_text_loads_no_recognizer_and_asks_nobody():
    code = (
        "from cabin.cli.main import main\n"
        "try:\n    main(['say', '--json', '--model', 'none', 'open the driver window'])\n"
        "except SystemExit as end:\n    assert not end.code"
    )
    told = probe(code)
    loaded = {name.partition(".")[0] for name in told["modules"]}
    assert ({"soxr", "vosk", "soundfile"} | NEVER) & loaded == set()
    assert told["opened"] == []
