"""A model folder: what is in it, written whole or not at all, and checked by SHA-256 each time it is loaded.

model.json          architecture, control tokens, call specification, where it came from
manifest.json       SHA-256 and size of every other file
tokenizer.json      byte-level BPE
tokens.npy          token table, one row a token; token_scales.npy its scales
decoder.onnx        the decoder, its numbers in weights.bin, indexed by tensors.json; or weights.npz (FP32 source)
quantization.json   the quantization report;   calibration.json   confidence
familiar.npy        which words were met with which intent
README.md           the card: sources, licences, figures
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cabin.errors import ModelError, Problem
from cabin.slm.architecture import Architecture
from cabin.slm.callspec import CallSpec

__all__ = ["ModelInfo", "change_folder", "read_info", "sha256", "verify", "write_folder"]

_REBUILD = "Build it again with `cabin model build`, or restore the folder from its source."


@dataclass(frozen=True)
class ModelInfo:
    """model.json."""

    architecture: Architecture
    control: tuple[str, ...]
    spec: CallSpec
    number_format: str
    provenance: dict[str, Any]
    """Base model, training steps, seed, counts of patterns."""
    fingerprint: dict[str, Any] = field(default_factory=dict)
    """What the catalog was like (cabin.catalog.fingerprint.describe)."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON would hold them."""
        return {
            "format": 1,
            "architecture": self.architecture.to_json(),
            "number_format": self.number_format,
            "control": list(self.control),
            "spec": self.spec.to_json(),
            "provenance": self.provenance,
            "fingerprint": self.fingerprint,
        }


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_folder(target: Path, fill: Callable[[Path], None]) -> None:
    """Make the folder `target`: `fill` writes into a new one beside it, which gets a manifest and then takes its place.

    Whatever goes wrong (full disk, Ctrl-C), `target` is what it was. Raises ModelError when the disk does not take it,
    or when `target` holds something that is no model and would be lost.
    """
    _check_replaceable(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise _not_written(target, error) from error
    try:
        fill(part)
        files = {path.name: {"sha256": sha256(path), "bytes": path.stat().st_size} for path in sorted(part.iterdir())}
        (part / "manifest.json").write_text(json.dumps({"files": files}, indent=1) + "\n", encoding="utf-8")
        part.chmod(0o755)
        _change_places(part, target)
    except OSError as error:
        raise _not_written(target, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def change_folder(folder: Path, change: Callable[[Path], None]) -> None:
    """Change files of a model folder; a copy is changed, gets its manifest and then takes the folder's place.

    Raises ModelError when the disk does not take it.
    """

    def fill(part: Path) -> None:
        for path in folder.iterdir():
            if path.name != "manifest.json":
                shutil.copyfile(path, part / path.name)
        change(part)

    write_folder(folder, fill)


def _check_replaceable(target: Path) -> None:
    """Raise ModelError unless `target` is free, an empty folder or a model folder: a home folder is never replaced."""
    if not target.exists() or (target.is_dir() and ((target / "manifest.json").is_file() or not any(target.iterdir()))):
        return
    raise ModelError(
        Problem(
            "there is something else in the place of the model",
            where=str(target),
            expected="no folder, an empty one, or a model to replace",
            hint="Choose another folder.",
        )
    )


def _change_places(part: Path, target: Path) -> None:
    """Put `part` where `target` is; if that is cut short, the old `target` is put back."""
    if not target.exists():
        os.replace(part, target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    try:
        os.replace(target, aside / "model")
        os.replace(part, target)
    finally:
        if not target.exists():
            os.replace(aside / "model", target)
        shutil.rmtree(aside, ignore_errors=True)


def _not_written(target: Path, error: OSError) -> ModelError:
    return ModelError(
        Problem(
            "the model could not be written",
            where=str(target),
            seen=str(error),
            hint="The folder is as it was before.",
        )
    )


def read_info(folder: Path) -> ModelInfo:
    """Read model.json. Raises ModelError when the folder is no model."""
    path = folder / "model.json"
    if not folder.is_dir():
        raise ModelError(
            Problem(
                "no such model folder", where=str(folder), hint="Check --model, or build one with `cabin model build`."
            )
        )
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return ModelInfo(
            Architecture.from_json(fields["architecture"]),
            tuple(fields["control"]),
            CallSpec.from_json(fields["spec"]),
            fields["number_format"],
            fields["provenance"],
            fields["fingerprint"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            Problem(
                "not a model folder",
                where=str(path),
                seen=f"{type(error).__name__}: {error}",
                expected="model.json of cabin",
                hint=_REBUILD,
            )
        ) from error


def verify(folder: Path) -> None:
    """Compare every file with the manifest. Raises ModelError naming each that is missing, truncated or altered."""
    path = folder / "manifest.json"
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))["files"]
        files = {str(name): (int(known["bytes"]), str(known["sha256"])) for name, known in fields.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            Problem("the model has no readable manifest", where=str(path), seen=str(error), hint=_REBUILD)
        ) from error
    problems = []
    for name, (size, digest) in files.items():
        file = folder / name
        if not file.is_file():
            problems.append(Problem("model file is missing", where=str(file), hint=_REBUILD))
        elif file.stat().st_size != size:
            seen = f"{file.stat().st_size} bytes"
            problems.append(Problem("model file is truncated or grown", str(file), seen, f"{size} bytes", _REBUILD))
        elif (found := sha256(file)) != digest:
            problems.append(
                Problem("model file was altered", str(file), f"SHA-256 {found}", f"SHA-256 {digest}", _REBUILD)
            )
    if problems:
        raise ModelError(problems)
