"""What workers import ahead: all of it exists, and importing it twice at once does no harm."""

from __future__ import annotations

import subprocess
import sys

from cabin.daemon import warming


def test_everything_in_the_list_is_there_and_nothing_is_done(tmp_path):
    code = (
        "import sys, json; from cabin.daemon import warming; warming.warm_up().join();"
        "lacking = [name for name in warming._MODULES if name not in sys.modules];"
        "print(json.dumps(lacking), 'onnxruntime' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == ["[]", "True"]
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_imported_is_left_to_whoever_needs_it(monkeypatch):
    monkeypatch.setattr(warming, "_MODULES", ("cabin.no_such_module", "json"))
    thread = warming.warm_up()
    thread.join()
    assert not thread.is_alive()
