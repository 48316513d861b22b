"""Sentences: groups of templates of an intent, several commands in one breath, and what must not act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from cabin.catalog.reading import Reader, join
from cabin.catalog.references import bind_call_slots, slot_of
from cabin.catalog.schema import Combination, Intent, RefusalGroup, SentenceGroup, Slot, WordList
from cabin.catalog.slot_values import read_slot_value
from cabin.catalog.template_tree import Reference, Shape, TemplateSyntaxError, count_references, shape_of
from cabin.errors import nearest
from cabin.messages import Refusal, SlotValue
from cabin.yamlfile import Node

__all__ = ["SentenceReader", "read_combinations", "read_groups", "read_refusals", "read_sentence_file"]

_REFUSALS = get_args(Refusal)
_FREE_NUMBER = "value"
"""In a refusal, {value} is any number."""


@dataclass(frozen=True)
class SentenceReader:
    """What sentences are checked against."""

    reader: Reader
    lists: Mapping[str, WordList]

    def templates(self, node: Node | None, key: str) -> list[tuple[Node, str, Shape]]:
        """Return a list's templates that hassil can read, with their shapes."""
        found = []
        for entry in self.reader.listing(node, key) if node is not None else ():
            template = self.reader.text(entry, key)
            if not template:
                continue
            try:
                shape = shape_of(template)
            except TemplateSyntaxError as error:
                self.reader.problem(
                    entry, f"not a template: {error}", key, expected="(a|b), [optional], {list}, {list:slot}"
                )
                continue
            if shape.can_be_empty:
                self.reader.problem(entry, "the sentence can be empty: all of it is optional", key)
            if shape.not_normal:
                hint = "Write it as utterances are normalized: small letters, no punctuation but apostrophes."
                self.reader.problem(
                    entry, f"{shape.not_normal!r} never stands in a normalized utterance", key, hint=hint
                )
            found.append((entry, template, shape))
        return found

    def slot(self, node: Node, key: str, reference: Reference, slots: Mapping[str, Slot]) -> Slot | None:
        """Return the slot that a reference fills; None, noted, when there is none."""
        slot, trouble, known = slot_of(reference, slots, self.lists)
        if trouble and not (slot is None and "list" in trouble and "lists" in self.reader.broken):
            self.reader.problem(node, f"{reference}: {trouble}", key, hint=nearest(reference.list_name, known))
        return slot if not trouble else None


def read_groups(sentences: SentenceReader, node: Node | None, key: str, intent: Intent) -> tuple[SentenceGroup, ...]:
    """Return the sentence groups of an intent: bare templates make one group, {slots, sentences} one each."""
    reader = sentences.reader
    groups: list[SentenceGroup] = []
    bare: list[str] = []
    for entry in reader.listing(node, key) if node is not None else ():
        if not isinstance(entry.value, dict):
            bare_node = Node([entry], entry.line, entry.file)
            bare += [template for _, template in _read_templates(sentences, bare_node, key, intent, {})]
            continue
        fields = reader.mapping(entry, key, ("slots", "sentences"))
        fixed = _read_fixed(reader, fields.get("slots"), join(key, "slots"), intent)
        if "sentences" not in fields:
            reader.problem(entry, "no key 'sentences'", key, seen="")
            continue
        templates = _read_templates(sentences, fields["sentences"], join(key, "sentences"), intent, fixed)
        if templates:
            groups.append(SentenceGroup(fixed, tuple(text for _, text in templates), reader.place(entry)))
    if bare and node is not None:
        groups.insert(0, SentenceGroup({}, tuple(bare), reader.place(node)))
    return tuple(groups)


def _read_templates(
    sentences: SentenceReader, node: Node, key: str, intent: Intent, fixed: Mapping[str, SlotValue]
) -> list[tuple[Node, str]]:
    good = []
    for entry, template, shape in sentences.templates(node, key):
        fillers: dict[str, set[Reference]] = {}
        slots = [(reference, sentences.slot(entry, key, reference, intent.slots)) for reference in shape.counts]
        for reference, slot in slots:
            if slot is not None:
                fillers.setdefault(slot.name, set()).add(reference)
        if all(slot is not None for _, slot in slots):
            for slot in intent.slots.values():
                least, most = count_references(template, frozenset(fillers.get(slot.name, ())))
                trouble = _filling_trouble(slot, least, most, is_fixed=slot.name in fixed)
                if trouble:
                    sentences.reader.problem(entry, trouble, key)
        good.append((entry, template))
    return good


def _filling_trouble(slot: Slot, least: int, most: int, *, is_fixed: bool) -> str:
    if is_fixed and most:
        return f"slot {slot.name!r} is fixed by the group and filled by the sentence"
    if least > 1:
        return f"the sentence fills slot {slot.name!r} more than once"
    if slot.required and not is_fixed and not least:
        return f"the sentence {'may leave out' if most else 'does not fill'} the required slot {slot.name!r}"
    return ""


def _read_fixed(reader: Reader, node: Node | None, key: str, intent: Intent) -> dict[str, SlotValue]:
    fixed: dict[str, SlotValue] = {}
    for name, value in reader.mapping(node, key).items() if node is not None else ():
        slot = intent.slots.get(name)
        if slot is None:
            reader.unknown(value, f"slot of {intent.name}:", name, intent.slots, key)
        elif isinstance(value.value, str) and value.value.startswith("{"):
            hint = "A list in the sentence fills its slot by itself; leave it out here."
            reader.problem(value, "a group's slots hold fixed values", join(key, name), hint=hint)
        else:
            wanted = read_slot_value(reader, value, slot, join(key, name))
            if wanted is not None:
                fixed[name] = wanted
    return fixed


def read_sentence_file(
    sentences: SentenceReader, root: Node, intents: Mapping[str, Intent]
) -> dict[str, tuple[SentenceGroup, ...]]:
    """Return intent -> more groups, from a file of `device` and `intents`."""
    reader = sentences.reader
    entries = reader.mapping(root, "", ("device", "intents"))
    device_node, section = entries.get("device"), entries.get("intents")
    if device_node is None or section is None:
        reader.problem(root, "no key 'device' or no key 'intents'", seen="")
        return {}
    device = reader.text(device_node, "device")
    if not any(intent.device == device for intent in intents.values()):
        if "devices" not in reader.broken:
            reader.unknown(device_node, "device", device, {intent.device for intent in intents.values()}, "device")
        return {}
    found = {}
    for action, node in reader.mapping(section, "intents").items():
        key = join("intents", action)
        intent = intents.get(f"{device}.{action}")
        if intent is None:
            if "devices" not in reader.broken:
                known = [name.partition(".")[2] for name in intents if name.startswith(f"{device}.")]
                reader.unknown(node, f"intent of {device}:", action, known, "intents")
            continue
        found[intent.name] = read_groups(sentences, node, key, intent)
    return found


def read_combinations(sentences: SentenceReader, root: Node, intents: Mapping[str, Intent]) -> list[Combination]:
    """Return the combinations of a file with the key `combined`."""
    reader = sentences.reader
    found = []
    section = reader.mapping(root, "", ("combined",)).get("combined")
    for number, node in enumerate(reader.listing(section, "combined") if section is not None else ()):
        key = f"combined[{number}]"
        fields = reader.mapping(node, key, ("calls", "sentences"))
        if set(fields) != {"calls", "sentences"}:
            reader.problem(node, "needs the keys 'calls' and 'sentences'", key, seen=", ".join(fields))
            continue
        before = len(reader.problems)
        calls = _read_calls(reader, fields["calls"], join(key, "calls"), intents)
        templates = sentences.templates(fields["sentences"], join(key, "sentences"))
        if calls is None or len(reader.problems) > before:
            continue
        for entry, template, shape in templates:
            bound, troubles = bind_call_slots(calls, shape, intents, sentences.lists)
            for trouble in troubles:
                reader.problem(entry, trouble, join(key, "sentences"))
            if not troubles:
                found.append(Combination(tuple(bound), (template,), reader.place(entry)))
    return _joined(found)


def _joined(combinations: list[Combination]) -> list[Combination]:
    """Put neighbours with the same calls together again."""
    joined: list[Combination] = []
    for item in combinations:
        last = joined[-1] if joined else None
        if last is not None and last.calls == item.calls:
            joined[-1] = Combination(last.calls, (*last.templates, *item.templates), last.where)
        else:
            joined.append(item)
    return joined


def _read_calls(
    reader: Reader, node: Node, key: str, intents: Mapping[str, Intent]
) -> list[tuple[str, dict[str, SlotValue]]] | None:
    calls = []
    for entry in reader.listing(node, key):
        for name, slots_node in reader.mapping(entry, key).items():
            intent = intents.get(name)
            if intent is None:
                if "devices" not in reader.broken:
                    reader.unknown(slots_node, "intent", name, intents, key)
                return None
            slots: dict[str, SlotValue] = {}
            for slot_name, value in reader.mapping(slots_node, join(key, name)).items():
                slot = intent.slots.get(slot_name)
                if slot is None:
                    reader.unknown(value, f"slot of {name}:", slot_name, intent.slots, key)
                elif isinstance(value.value, str) and value.value.startswith("{") and value.value.endswith("}"):
                    slots[slot_name] = value.value
                else:
                    wanted = read_slot_value(reader, value, slot, join(key, slot_name))
                    if wanted is not None:
                        slots[slot_name] = wanted
            calls.append((name, slots))
    if len(calls) < 2:
        reader.problem(node, "a combined sentence needs two calls or more", key)
    return calls


def read_refusals(sentences: SentenceReader, root: Node) -> list[RefusalGroup]:
    """Return the groups of a file with the key `refusals`."""
    reader = sentences.reader
    found = []
    section = reader.mapping(root, "", ("refusals",)).get("refusals")
    for reason, node in reader.mapping(section, "refusals").items() if section is not None else ():
        key = join("refusals", reason)
        if reason not in _REFUSALS:
            reader.unknown(node, "reason", reason, _REFUSALS, "refusals")
            continue
        good = []
        for entry, template, shape in sentences.templates(node, key):
            good.append(template)
            for reference in shape.counts:
                name = reference.list_name
                if name not in sentences.lists and name != _FREE_NUMBER and "lists" not in reader.broken:
                    reader.unknown(entry, "list", name, (*sentences.lists, _FREE_NUMBER), key)
        if good:
            found.append(RefusalGroup(reason, tuple(good), reader.place(node)))  # type: ignore[arg-type]  # checked above
    return found
