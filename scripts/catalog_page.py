"""intents.md: every intent of the first-party catalogs, made from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog, Intent, Slot
from cabin.plugins import DEFAULT_PLUGINS, load_plugins

__all__ = ["first_party_catalog", "intents_page"]


def first_party_catalog() -> Catalog:
    """Load the catalogs of the first-party plugins, whatever else is installed."""
    plugins = load_plugins({"CABIN_LOAD_PLUGINS": ",".join(DEFAULT_PLUGINS)})
    return load_catalog(plugins.catalog_dirs(), sentences=False)


def intents_page(note: str) -> str:
    """Return intents.md."""
    catalog = first_party_catalog()
    intents = sorted(catalog.intents.values(), key=lambda intent: (intent.plugin, intent.device))
    devices = len({intent.device for intent in intents})
    parts = [
        "# Intents\n",
        note,
        f"{len(intents)} intents of {devices} devices, by plugin. Slots stand with what they take; those in **bold**\n"
        "must be given. `{place}` in a signal is what the slot `position` names (`zones` of the catalog). What the\n"
        "rule sets allow: [policy.md](policy.md). Each line ends with one of the sentences, in the\n"
        "[template language](catalog-format.md).\n",
    ]
    for plugin, of_plugin in groupby(intents, key=lambda intent: intent.plugin):
        parts.append(f"## {plugin}\n")
        for device, of_device in groupby(of_plugin, key=lambda intent: intent.device):
            parts.append(f"### {device}\n\n{_table(of_device)}")
    return "\n".join(parts)


def _table(intents: Iterable[Intent]) -> str:
    head = "| intent | slots | rule set | signals | for example |\n|---|---|---|---|---|\n"
    return head + "".join(f"| {' | '.join(map(_cell, _row(intent)))} |\n" for intent in intents)


def _row(intent: Intent) -> Iterator[str]:
    yield f"`{intent.name}`"
    yield ", ".join(_slot(slot) for slot in intent.slots.values())
    yield f"`{intent.policy}`"
    yield ", ".join(f"`{path}`" for path in _signals(intent))
    yield f"`{intent.sentences[0].templates[0]}`" if intent.sentences else ""


def _slot(slot: Slot) -> str:
    name = f"**{slot.name}**" if slot.required else slot.name
    values = " ".join(slot.values)
    if slot.kind == "open":
        return f"{name}: words said"
    if slot.kind == "number":
        return f"{name}: {slot.minimum:g} to {slot.maximum:g}" + (f" or {values}" if values else "")
    return f"{name}: {values}"


def _signals(intent: Intent) -> list[str]:
    """What the intent sets and reads, each once, or the action of Python that does it."""
    paths: dict[str, None] = {}
    for case in intent.cases:
        paths |= dict.fromkeys((*case.set, *case.read))
        if case.action is not None:
            paths[f"action {case.action}"] = None
    return list(paths)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
