"""`cabin plugins new NAME`: an installable plugin package from the template beside this file."""

from __future__ import annotations

import re
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path
from string import Template

from cabin.errors import Problem, UsageError

__all__ = ["make_plugin"]

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*\Z")
_LONGEST_NAME = 40

_FILES = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "$module/__init__.py": "init.py.txt",
    "$module/actions.py": "actions.py.txt",
    "$module/catalog/$device.yaml": "device.yaml.txt",
    "$module/catalog/signals.yaml": "signals.yaml.txt",
    "tests/test_$device.py": "test_plugin.py.txt",
}
"""File of the new package -> file of the template; $ names stand for the same in both."""


def make_plugin(name: str, out: Path) -> Path:
    """Write the package cabin-NAME into the folder `out` and return its folder; all of it or nothing.

    Raises UsageError when the name will not do or something of that name is there.
    """
    if not _NAME.match(name) or len(name) > _LONGEST_NAME:
        expected = f"lower-case letters, digits, - and _, at most {_LONGEST_NAME}"
        raise UsageError(Problem("not a name for a plugin", "NAME", repr(name), expected, "Example: roof-box."))
    device = name.replace("-", "_")
    words = {
        "name": name,
        "package": f"cabin-{name.replace('_', '-')}",
        "module": f"cabin_{device}",
        "device": device,
        "title": device.replace("_", " "),
        "signal": "".join(part.capitalize() for part in device.split("_")),
    }
    target = out / words["package"]
    if target.exists():
        raise UsageError(Problem("something of that name is already there", str(target), hint="Give another --out."))
    template = files("cabin.plugins") / "template"
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{words['package']}.", dir=out))
    try:
        for path, source in _FILES.items():
            file = draft / Template(path).substitute(words)
            file.parent.mkdir(parents=True, exist_ok=True)
            text = (template / source).read_text(encoding="utf-8")
            file.write_text(Template(text).substitute(words), encoding="utf-8")
        draft.chmod(0o755)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return target
