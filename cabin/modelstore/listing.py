"""models.yaml read and checked: all its mistakes at once, each with its line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from cabin import paths
from cabin.errors import ConfigError, Problem, nearest
from cabin.modelstore.schema import ModelEntry, ModelFile, Source
from cabin.yamlfile import Node, load_yaml

__all__ = ["load_models", "models_file"]

_FILE = "models.yaml"
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REBUILD = re.compile(r"[\w.]+:\w+")
_ORIGINS = ("pypi", "npm", "url")
_MODEL_KEYS = ("purpose", "licence", "attribution", "sources", "rebuild", "joined")
_SOURCE_KEYS = (*_ORIGINS, "version", "platform", "archive", "sha256", "bytes", "files")
_FILE_KEYS = ("path", "to", "sha256", "bytes")


def models_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where models.yaml is: in the first models folder that has one, that of the checkout or system
    otherwise.
    """
    folders = (*paths.models_dirs(environ), *paths.models_dirs({key: environ[key] for key in environ if key == "HOME"}))
    return next((folder / _FILE for folder in folders if (folder / _FILE).is_file()), folders[0] / _FILE)


def load_models(path: Path) -> dict[str, ModelEntry]:
    """Return the models that `path` lists, by name. Raises ConfigError with all mistakes at once."""
    reader = _Reader()
    models = reader.read(load_yaml(path))
    if reader.problems:
        raise ConfigError(reader.problems)
    return models


class _Reader:
    """Nodes into entries, collecting problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read(self, root: Node) -> dict[str, ModelEntry]:
        self._check_keys(root, ("models",))
        models = root.get("models")
        if models is None or models.kind != "mapping":
            self._problem(models or root, "models must be a mapping", expected="name: {purpose, licence, ...}")
            return {}
        return {name: self._model(name, node) for name, node in models.items()}

    def _model(self, name: str, node: Node) -> ModelEntry:
        if not _NAME.fullmatch(name):
            self._problem(node, f"{name!r} is no name of a model", expected="a-z, 0-9, '.' and '-'")
        self._check_keys(node, _MODEL_KEYS)
        sources = tuple(self._source(entry) for entry in self._list(node, "sources"))
        rebuild = self._text(node, "rebuild", required=False)
        if rebuild and not _REBUILD.fullmatch(rebuild):
            self._problem(node.get("rebuild"), "no step of a rebuild", rebuild, "module:function")
        entry = ModelEntry(
            name=name,
            purpose=self._text(node, "purpose"),
            licence=self._text(node, "licence"),
            attribution=self._text(node, "attribution"),
            sources=sources,
            rebuild=rebuild,
            joined=tuple(self._file(each, joined=True) for each in self._list(node, "joined", required=False)),
        )
        self._check_targets(node, entry)
        return entry

    def _source(self, node: Node) -> Source:
        self._check_keys(node, _SOURCE_KEYS)
        origins = [origin for origin in _ORIGINS if node.get(origin) is not None]
        if len(origins) != 1:
            self._problem(node, "a source has one origin", " and ".join(origins) or "none", " or ".join(_ORIGINS))
        origin = origins[0] if origins else "url"
        name = self._text(node, origin) if origins else ""
        if origin == "url" and name and not name.startswith(("https://", "http://", "file://")):
            self._problem(node.get(origin), "no URL", repr(name), "https://...")
        archive = self._text(node, "archive")
        if "/" in archive or archive.startswith("."):
            self._problem(node.get("archive"), "no file name", repr(archive))
        return Source(
            origin=origin,  # type: ignore[arg-type]  # one of _ORIGINS
            name=name,
            version=self._text(node, "version", required=origin != "url"),
            archive=archive,
            sha256=self._sha256(node),
            size_bytes=self._size(node),
            files=tuple(self._file(entry) for entry in self._list(node, "files")),
            platform=self._text(node, "platform", required=False),
        )

    def _file(self, node: Node, joined: bool = False) -> ModelFile:
        self._check_keys(node, _FILE_KEYS)
        path = "" if joined else self._text(node, "path")
        folder = path.endswith("/")
        to = self._text(node, "to", required=joined)
        if not to and not folder:
            to = PurePosixPath(path).name
        for each in (path, to):
            if each.startswith("/") or ".." in PurePosixPath(each).parts:
                self._problem(node, "a path may not lead out of its folder", repr(each))
        if folder:
            return ModelFile(path, to)
        return ModelFile(path, to, self._sha256(node), self._size(node))

    def _check_targets(self, node: Node, entry: ModelEntry) -> None:
        """A file written twice without being declared as joined is a mistake."""
        joined = {file.to for file in entry.joined}
        seen: set[str] = set()
        for file in (file for source in entry.sources for file in source.files if file.sha256):
            if file.to in seen and file.to not in joined:
                self._problem(
                    node, f"two files become {file.to!r}", hint="List it under 'joined' if they are its parts."
                )
            seen.add(file.to)
        for missing in sorted(joined - seen):
            self._problem(node, f"nothing is joined into {missing!r}")

    def _check_keys(self, node: Node, known: Iterable[str]) -> None:
        if node.kind != "mapping":
            self._problem(node, "must be a mapping", expected=", ".join(known))
        for key, value in node.items():
            if key not in known:
                self._problem(value, f"unknown key {key!r}", expected=", ".join(known), hint=nearest(key, known))

    def _list(self, node: Node, key: str, required: bool = True) -> list[Node]:
        value = node.get(key)
        if value is None and not required:
            return []
        entries = list(value) if value is not None and value.kind == "list" else []
        if not entries:
            self._problem(value or node, f"{key!r} must be a list with something in it")
        return entries

    def _text(self, node: Node, key: str, required: bool = True) -> str:
        value = node.get(key)
        if value is None:
            if required and node.kind == "mapping":
                self._problem(node, f"{key!r} is missing")
            return ""
        if not isinstance(value.value, str) or not (value.value.strip() or not required):
            self._problem(value, f"{key!r} must be text", value.seen, hint="Put quotes around it.")
            return ""
        return value.value.strip()

    def _sha256(self, node: Node) -> str:
        text = self._text(node, "sha256")
        if text and not _SHA256.fullmatch(text):
            self._problem(node.get("sha256"), "no SHA-256", repr(text), "64 digits 0-9 a-f")
        return text

    def _size(self, node: Node) -> int:
        value = node.get("bytes")
        if value is None or not isinstance(value.value, int) or isinstance(value.value, bool) or value.value <= 0:
            self._problem(value or node, "'bytes' must be a whole number above 0", value.seen if value else "")
            return 1
        return value.value

    def _problem(self, node: Node | None, what: str, seen: str = "", expected: str = "", hint: str = "") -> None:
        self.problems.append(Problem(what, node.where if node else "", seen, expected, hint))
