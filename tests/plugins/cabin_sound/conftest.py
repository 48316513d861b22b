"""The player and voice processes of tests import their voice from beside the tests of replies."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "replies" / "processes"))
