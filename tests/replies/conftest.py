"""Voice and player processes import what tests give them from the folder beside this file, as they would a plugin."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "processes"))
