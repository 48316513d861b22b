"""lists.yaml: the words that may stand in a {list} of a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cabin.catalog.reading import Reader, join
from cabin.catalog.schema import Slot, WordList
from cabin.yamlfile import Node

__all__ = ["phrases_for", "read_lists"]

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_NOT_NORMAL = re.compile(r"[^\w\s'.]|[A-Z]|_")
"""What never stands in a normalized utterance (cabin.slm.text.normalize)."""


def read_lists(reader: Reader, root: Node, known: dict[str, WordList]) -> None:
    """Add the lists of one lists.yaml to `known`; a list that is there already gets the new entries too."""
    section = reader.mapping(root, "", ("lists",)).get("lists")
    if section is None:
        reader.problem(root, "no key 'lists'", seen="")
        return
    for name, node in reader.mapping(section, "lists").items():
        key = join("lists", name)
        if not _NAME.match(name):
            reader.problem(node, f"not a list name: {name!r}", key, seen="", expected="small letters, digits and _")
            continue
        slot, entries = name, node
        if isinstance(node.value, dict):
            fields = reader.mapping(node, key, ("slot", "entries"))
            slot = reader.text(fields.get("slot"), join(key, "slot"), name)
            if "entries" not in fields:
                reader.problem(node, "no key 'entries'", key, seen="")
                continue
            entries = fields["entries"]
        _add(reader, known, WordList(name, _read_entries(reader, entries, key), slot), node, key)


def _add(reader: Reader, known: dict[str, WordList], words: WordList, node: Node, key: str) -> None:
    first = known.get(words.name)
    entries: dict[str, tuple[str, ...]] = dict(first.entries) if first else {}
    if first and first.slot != words.slot:
        reader.problem(
            node, f"another catalog's list {words.name!r} fills another slot", key, seen=words.slot, expected=first.slot
        )
        return
    owner = {phrase: value for value, phrases in entries.items() for phrase in phrases}
    for value, phrases in words.entries.items():
        for phrase in phrases:
            if owner.setdefault(phrase, value) != value:
                reader.problem(node, f"{phrase!r} stands for two values", key, seen=f"{owner[phrase]!r} and {value!r}")
        entries[value] = tuple(dict.fromkeys((*entries.get(value, ()), *phrases)))
    known[words.name] = WordList(words.name, entries, words.slot)


def _read_entries(reader: Reader, node: Node, key: str) -> Mapping[str, tuple[str, ...]]:
    entries: dict[str, tuple[str, ...]] = {}
    if isinstance(node.value, dict):
        for value, phrases in node.value.items():
            single = not isinstance(phrases.value, list)
            texts = (reader.text(phrases, join(key, value)),) if single else reader.texts(phrases, join(key, value))
            entries[value] = tuple(_checked(reader, phrases, text, join(key, value)) for text in texts if text)
    else:
        for entry in reader.listing(node, key):
            text = reader.text(entry, key)
            if text in entries:
                reader.problem(entry, f"{text!r} stands twice", key, seen="")
            if text:
                entries[text] = (_checked(reader, entry, text, key),)
    if not entries and isinstance(node.value, dict):
        reader.problem(node, "the list has no entries", key)
    return entries


def _checked(reader: Reader, node: Node, text: str, key: str) -> str:
    wrong = _NOT_NORMAL.search(text)
    if wrong:
        reader.problem(node, f"{wrong.group()!r} never stands in a normalized utterance", key, seen=text)
    return text


def phrases_for(slot: Slot, words: WordList | None) -> dict[str, str]:
    """Return phrase -> value of what a reference to `words` (None: no such list) may say for `slot`.

    Only values that the slot has count. Values that a list of the slot's own name leaves out, or all without a list,
    stand for themselves, `_` read as a space. An open slot takes all entries of its list; without one, there is none.
    """
    found: dict[str, str] = {}
    for value, phrases in words.entries.items() if words else ():
        if slot.kind == "open" or value in slot.values or (slot.kind == "number" and _is_number(value)):
            found.update(dict.fromkeys(phrases, value))
    if slot.kind == "choice" and (words is None or words.name == slot.name):
        covered = set(found.values())
        for value in slot.values:
            if value not in covered:
                found.setdefault(value.replace("_", " "), value)
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
