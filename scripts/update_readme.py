"""Write the measured figures and the real run of docs/figures.json into README.md, between their marks.

python scripts/update_readme.py            writes
python scripts/update_readme.py --check    writes nothing; exit code 1 when README.md is not what it would write
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

__all__ = ["blocks", "main", "updated"]

ROOT = Path(__file__).resolve().parent.parent
FIGURES, README = ROOT / "docs" / "figures.json", ROOT / "README.md"


def blocks(figures: dict[str, Any]) -> dict[str, str]:
    """Return the text of each marked block. Raises ValueError for figures that lack something."""
    wrong = [
        f"rows[{index}]: no {key!r}"
        for index, row in enumerate(figures["rows"])
        for key in ("what", "figure", "how")
        if not row.get(key)
    ]
    if wrong or not figures.get("machine"):
        raise ValueError("; ".join(wrong) or "no 'machine'")
    rows = "".join(f"| {row['what']} | {row['figure']} | {row['how']} |\n" for row in figures["rows"])
    table = f"| what | figure | measured with |\n|---|---|---|\n{rows}\nMachine: {figures['machine']}.\n"
    run = "\n".join(figures["run"])
    return {"figures": table, "run": f"```text\n{run}\n```\n" if run else ""}


def updated(readme: str, figures: dict[str, Any]) -> str:
    """Return README.md with its blocks replaced. Raises ValueError when a mark is missing."""
    for name, text in blocks(figures).items():
        pattern = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        readme, count = pattern.subn(lambda match, text=text: match[1] + text + match[2], readme)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"README.md has {count} blocks {name!r}, not one")
    return readme


def main(arguments: list[str]) -> int:
    """Write or check; return the exit code."""
    readme = README.read_text(encoding="utf-8")
    try:
        text = updated(readme, json.loads(FIGURES.read_text(encoding="utf-8")))
    except ValueError as error:
        print(f"docs/figures.json or README.md: {error}", file=sys.stderr)
        return 1
    if text == readme:
        print("README.md is up to date")
        return 0
    if "--check" in arguments:
        print("README.md is stale: run python scripts/update_readme.py", file=sys.stderr)
        return 1
    part = README.with_name(".README.md.part")
    part.write_text(text, encoding="utf-8")
    part.replace(README)
    print("written: README.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
