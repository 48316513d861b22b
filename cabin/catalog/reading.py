"""Typed reading of YAML nodes that collects every problem instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from cabin.catalog.schema import Place
from cabin.errors import ConfigError, Problem, nearest
from cabin.yamlfile import Node, load_yaml

__all__ = ["Reader", "join"]

_QUOTES = "A bare on, off, yes, no, true or false is a boolean in YAML."


def join(key: str, name: str) -> str:
    """Return the key path of `name` below `key`."""
    return f"{key}.{name}" if key else name


class Reader:
    """Reads files and values; what is wrong goes to `problems`, and a value that is no use comes back as None."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.broken: set[str] = set()
        """Kinds of file ("signals", "lists", "devices") of which one could not be read: checks would mislead."""

    def file(self, path: Path, kind: str) -> Node | None:
        """Return the root of a YAML file, or None when it is no YAML or empty."""
        try:
            node = load_yaml(path)
        except ConfigError as error:
            self.problems.extend(error.problems)
            self.broken.add(kind)
            return None
        if node.value is None:
            self.problem(node, "the file is empty", seen="")
            return None
        return node

    def problem(
        self, node: Node, what: str, key: str = "", *, seen: str | None = None, expected: str = "", hint: str = ""
    ) -> None:
        """Note a mistake at a node; `seen` is the node's value unless given."""
        where = f"{node.where}, {key}" if key else node.where
        self.problems.append(Problem(what, where, node.seen if seen is None else seen, expected, hint))

    def at(
        self, where: Place | None, what: str, key: str = "", *, seen: str = "", expected: str = "", hint: str = ""
    ) -> None:
        """Note a mistake at a place whose node is gone."""
        self.problems.append(Problem(what, ", ".join(str(part) for part in (where, key) if part), seen, expected, hint))

    def unknown(self, node: Node, what: str, name: str, known: Iterable[str], key: str = "") -> None:
        """Note a name that nothing bears, with the nearest ones."""
        known = list(known)
        hint = nearest(name, known)
        few = ", ".join(sorted(known)) if len(known) <= 12 else ""
        self.problem(node, f"unknown {what} {name!r}", key, seen="", expected=few if not hint else "", hint=hint)

    def place(self, node: Node) -> Place:
        """Return where a node stands."""
        return Place(node.file, node.key_line)

    def mapping(self, node: Node, key: str, known: Iterable[str] | None = None) -> Mapping[str, Node]:
        """Return a mapping's entries; keys that are not in `known` are problems and left out."""
        if not isinstance(node.value, dict):
            self.problem(node, "not a mapping", key, expected="keys and values")
            return {}
        if known is None:
            return node.value
        known = list(known)
        entries = {}
        for name, value in node.value.items():
            if name in known:
                entries[name] = value
            else:
                hint = nearest(name, known) or f"Known keys: {', '.join(known)}."
                self.problem(value, f"unknown key {name!r}", key, seen="", hint=hint)
        return entries

    def listing(self, node: Node, key: str) -> list[Node]:
        """Return a list's entries; an empty list or none is a problem."""
        if not isinstance(node.value, list):
            self.problem(node, "not a list", key, expected="a list")
            return []
        if not node.value:
            self.problem(node, "the list is empty", key, seen="")
        return node.value

    def text(self, node: Node | None, key: str, default: str = "") -> str:
        """Return text that is not empty; a boolean written without quotes is told as such."""
        if node is None:
            return default
        if isinstance(node.value, str) and node.value.strip():
            return node.value
        if isinstance(node.value, bool):
            hint = f'{_QUOTES} Write it in quotes: "{node.text}".'
            self.problem(node, "a boolean where text is meant", key, expected="text", hint=hint)
            return node.text.lower()
        if isinstance(node.value, int | float):
            self.problem(
                node, "a number where text is meant", key, expected="text", hint=f'Write it in quotes: "{node.text}".'
            )
            return node.text
        self.problem(node, "not text", key, expected="text")
        return default

    def texts(self, node: Node | None, key: str) -> tuple[str, ...]:
        """Return a list of texts, each once."""
        if node is None:
            return ()
        texts: dict[str, None] = {}
        for entry in self.listing(node, key):
            text = self.text(entry, key)
            if text in texts:
                self.problem(entry, f"{text!r} stands twice", key, seen="")
            if text:
                texts[text] = None
        return tuple(texts)

    def number(self, node: Node | None, key: str) -> float | None:
        """Return a number as written (int or float)."""
        if node is None:
            return None
        if isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return node.value
        self.problem(node, "not a number", key, expected="a number")
        return None

    def boolean(self, node: Node | None, key: str, default: bool) -> bool:
        """Return true or false, written as such."""
        if node is None:
            return default
        if isinstance(node.value, bool) and node.text.lower() in ("true", "false"):
            return node.value
        self.problem(node, "not true or false", key, expected="true or false")
        return default
