"""A folder of a Vosk model: what must be in it, loading it, and which words it knows."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cabin.errors import ModelError, PluginError, Problem

__all__ = ["can_take_grammar", "damaged", "load_model", "split_phrases"]

_NEEDED = (
    ("am/final.mdl", "final.mdl"),
    ("conf/mfcc.conf", "mfcc.conf"),
    ("graph/HCLG.fst", "graph/HCLr.fst", "HCLG.fst", "HCLr.fst"),
)
"""One of each group; the second layout is that of older models."""

_IVECTOR = ("final.ie", "final.dubm", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")


def load_model(folder: Path) -> Any:
    """Return the `vosk.Model` of a folder.

    Vosk's own message for anything wrong is "Failed to create a model", and given a name it would go to the network: so
    the folder is looked through first and an absolute path is passed. Raises ModelError, or PluginError without vosk.
    """
    _check_folder(folder)
    try:
        import vosk
    except ImportError as error:
        raise PluginError(
            Problem("the recognizer 'vosk' is not installed", hint="Install it: pip install 'cabin[vosk]'.")
        ) from error
    vosk.SetLogLevel(-1)
    try:
        return vosk.Model(str(folder.resolve()))
    except Exception as error:  # vosk raises bare Exception
        raise damaged(folder, error) from error


def damaged(folder: Path, error: Exception) -> ModelError:
    """Return what to say when Vosk takes a model's folder but not what is in it."""
    return ModelError(
        Problem(
            "the model cannot be loaded; a file in it is damaged or of another version",
            str(folder),
            seen=str(error),
            hint="Run 'cabin models verify', then 'cabin models get' for it.",
        )
    )


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise ModelError(
            Problem("the model's folder is missing", str(folder), hint="Run 'cabin models list' to see what there is.")
        )
    missing = [" or ".join(group) for group in _NEEDED if not any((folder / name).is_file() for name in group)]
    if (folder / "graph" / "HCLr.fst").is_file() and not (folder / "graph" / "Gr.fst").is_file():
        missing.append("graph/Gr.fst")
    if (folder / "ivector").is_dir():
        missing += [f"ivector/{name}" for name in _IVECTOR if not (folder / "ivector" / name).is_file()]
    empty = [
        os.path.relpath(path, folder)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".mdl", ".fst", ".ie", ".conf") and not path.stat().st_size
    ]
    problems = [Problem("the model lacks a file", str(folder), expected=name) for name in missing]
    problems += [Problem("a file of the model is empty", str(folder / name)) for name in empty]
    if problems:
        raise ModelError(problems)


def can_take_grammar(folder: Path) -> bool:
    """Say whether the model's graph is built at run time; one that was built beforehand takes no grammar."""
    return any((folder / name).is_file() for name in ("graph/HCLr.fst", "HCLr.fst"))


def split_phrases(model: Any, phrases: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the phrases that the model can hear, and the words that it lacks, each in their order.

    Vosk drops a word that it lacks without a word, so that "open sunshade" would become "open": the whole phrase is
    left out instead. A vosk that cannot be asked (no `vosk_model_find_word`) gives all phrases.
    """
    find = getattr(model, "vosk_model_find_word", None)
    if find is None:
        return list(phrases), []
    known: list[str] = []
    lacking: dict[str, None] = {}
    for phrase in phrases:
        unknown = [word for word in phrase.split() if find(word) < 0]
        lacking.update(dict.fromkeys(unknown))
        if phrase.split() and not unknown:
            known.append(" ".join(phrase.split()))
    return known, list(lacking)
