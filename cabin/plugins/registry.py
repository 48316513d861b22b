"""What plugins registered, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from cabin.errors import ConfigError, PluginError, Problem, nearest

__all__ = ["NAME_PATTERN", "Registered", "Registry"]

NAME_PATTERN = re.compile(r"[a-z][a-z0-9_.-]{0,63}\Z")
"""What a registered name looks like: it stands in YAML, in JSON and on the command line."""

Thing = TypeVar("Thing")
Thing_co = TypeVar("Thing_co", covariant=True)


@dataclass(frozen=True)
class Registered(Generic[Thing_co]):
    """One thing that a plugin registered."""

    name: str
    thing: Thing_co
    plugin: str
    summary: str = ""
    """One line, for help and `cabin plugins`."""


class Registry(Generic[Thing]):
    """Name -> what was registered under it. The first to take a name keeps it."""

    def __init__(self, what: str) -> None:
        self.what = what
        """What the things are called in messages, singular: "recognizer"."""
        self._entries: dict[str, Registered[Thing]] = {}

    def add(self, entry: Registered[Thing]) -> None:
        """Take an entry. Raises PluginError when the name is taken or is no name, or the thing cannot be called."""
        if not isinstance(entry.name, str) or not NAME_PATTERN.match(entry.name):
            expected = "lower-case letters, digits, _ . -"
            raise PluginError(
                Problem(f"not a name for a {self.what}", entry.plugin, seen=repr(entry.name), expected=expected)
            )
        taken = self._entries.get(entry.name)
        if taken is not None:
            what = f"{self.what} {entry.name!r} is already registered by plugin {taken.plugin!r}"
            raise PluginError(Problem(what, where=entry.plugin, hint="Register it under another name."))
        if not callable(entry.thing):
            what = f"{self.what} {entry.name!r} cannot be called"
            raise PluginError(Problem(what, where=entry.plugin, seen=type(entry.thing).__name__))
        self._entries[entry.name] = entry

    def get(self, name: str, where: str = "") -> Registered[Thing]:
        """Return what is registered as `name`; `where` is the place of the name in a file, for the message.

        Raises ConfigError naming all that is registered and the nearest of it.
        """
        entry = self._entries.get(name)
        if entry is None:
            known = ", ".join(self._entries) or f"no {self.what} is loaded"
            hint = nearest(name, self._entries) or "`cabin plugins` lists what is loaded."
            raise ConfigError(Problem(f"unknown {self.what} {name!r}", where, expected=known, hint=hint))
        return entry

    def names(self) -> tuple[str, ...]:
        """Return the names in the order registered."""
        return tuple(self._entries)

    def by_plugin(self, plugin: str) -> tuple[str, ...]:
        """Return the names that one plugin registered."""
        return tuple(name for name, entry in self._entries.items() if entry.plugin == plugin)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[Registered[Thing]]:
        """Yield the entries in the order registered."""
        yield from self._entries.values()

    def __len__(self) -> int:
        return len(self._entries)
