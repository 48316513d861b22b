from __future__ import annotations

import contextlib
import io
import json
import sys

import pytest

from cabin.cli.main import main


@pytest.fixture
def cabin(capsys, monkeypatch, small_catalog_dir):
    """Run `cabin COMMAND ...` on the small catalog by its templates; return exit code, JSON or text, and stderr."""

    def run(command, *arguments, stdin=None, small=True):
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        options = ["--model", "none", "--catalog", str(small_catalog_dir)] if small else []
        with pytest.raises(SystemExit) as caught:
            main([command, *options, *map(str, arguments)])
        told = capsys.readouterr()
        out = [json.loads(line) for line in told.out.splitlines()] if "--json" in arguments else told.out
        return caught.value.code, out, told.err

    return run


@pytest.fixture
def live(small_catalog, tmp_path, monkeypatch):
    """Serve the small catalog with a simulated car where the commands look for the daemon."""
    from tests.cli.live_daemon import serve_live

    path = tmp_path / "control.sock"
    monkeypatch.setenv("CABIN_CONTROL_SOCKET", str(path))
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(serve_live(small_catalog, path, **options))


@pytest.fixture
def no_daemon(tmp_path, monkeypatch):
    """Look for the daemon where none is."""
    monkeypatch.setenv("CABIN_CONTROL_SOCKET", str(tmp_path / "nobody.sock"))
