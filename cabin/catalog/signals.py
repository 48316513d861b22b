"""signals.yaml: the vehicle signals that catalogs use, and whether a literal value fits one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from cabin.catalog.reading import Reader, join
from cabin.catalog.schema import SignalSpec
from cabin.errors import nearest
from cabin.messages import SignalValue
from cabin.yamlfile import Node

__all__ = ["DATATYPES", "INTEGER_RANGES", "check_literal", "expand_braces", "merge_signals", "read_signals"]

INTEGER_RANGES = {
    f"{sign}int{bits}": ((0, 2**bits - 1) if sign else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1))
    for sign in ("", "u")
    for bits in (8, 16, 32, 64)
}
"""Datatype -> smallest and largest value (COVESA VSS, "Data Types")."""

DATATYPES = ("boolean", "string", "float", "double", *INTEGER_RANGES)
"""VSS datatypes without arrays."""

_KINDS = ("actuator", "sensor", "attribute")
_KEYS = (
    "kind", "datatype", "unit", "min", "max", "allowed", "initial", "rate_per_s", "levels", "says", "standard",
)  # fmt: skip
_PATH = re.compile(r"[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9_]*)+\Z")
_BRACES = re.compile(r"\{([^{}]*)\}")


def expand_braces(path: str) -> Iterator[str]:
    """Yield the paths that "A.{X,Y}.B" stands for, in order. Raises ValueError for braces unpaired or empty."""
    pieces = _BRACES.split(path)
    if any("{" in piece or "}" in piece for piece in pieces):
        raise ValueError("the braces do not pair")
    choices = [[piece] if index % 2 == 0 else piece.split(",") for index, piece in enumerate(pieces)]
    stripped = [[word.strip() if index % 2 else word for word in words] for index, words in enumerate(choices)]
    if any(not word for words in stripped[1::2] for word in words):
        raise ValueError("the braces hold an empty word")
    for words in itertools.product(*stripped):
        yield "".join(words)


def read_signals(reader: Reader, root: Node) -> dict[str, SignalSpec]:
    """Return the signals of one signals.yaml, braces expanded."""
    signals: dict[str, SignalSpec] = {}
    section = reader.mapping(root, "", ("signals",)).get("signals")
    if section is None:
        reader.problem(root, "no key 'signals'", seen="")
        return signals
    for pattern, node in reader.mapping(section, "signals").items():
        key = join("signals", pattern)
        try:
            paths = list(expand_braces(pattern))
        except ValueError as error:
            reader.problem(node, str(error), key, seen=repr(pattern), expected="A.{X,Y}.B")
            continue
        spec = _read_signal(reader, node, key)
        for path in paths:
            if not _PATH.match(path):
                reader.problem(
                    node, "not a signal path", key, seen=repr(path), expected="names with capitals, parted by dots"
                )
            elif path in signals:
                line = signals[path].where
                reader.problem(
                    node, f"signal {path!r} stands twice", key, seen="", hint=f"It is first given in {line}."
                )
            elif spec is not None:
                signals[path] = replace(spec, path=path)
    return signals


def _read_signal(reader: Reader, node: Node, key: str) -> SignalSpec | None:
    before = len(reader.problems)
    entries = reader.mapping(node, key, _KEYS)
    for name in ("kind", "datatype"):
        if name not in entries:
            reader.problem(node, f"no key {name!r}", key, seen="")
    kind = reader.text(entries.get("kind"), join(key, "kind"))
    if kind and kind not in _KINDS:
        reader.unknown(entries["kind"], "kind", kind, _KINDS, key)
    datatype = reader.text(entries.get("datatype"), join(key, "datatype"))
    if datatype and datatype not in DATATYPES:
        reader.unknown(entries["datatype"], "datatype", datatype, DATATYPES, key)
    if len(reader.problems) > before:
        return None
    levels = reader.number(entries.get("levels"), join(key, "levels"))
    spec = SignalSpec(
        path="",
        kind=kind,  # type: ignore[arg-type]  # checked above
        datatype=datatype,
        unit=reader.text(entries.get("unit"), join(key, "unit")),
        minimum=reader.number(entries.get("min"), join(key, "min")),
        maximum=reader.number(entries.get("max"), join(key, "max")),
        allowed=reader.texts(entries.get("allowed"), join(key, "allowed")),
        is_standard=reader.boolean(entries.get("standard"), join(key, "standard"), True),
        rate_per_s=reader.number(entries.get("rate_per_s"), join(key, "rate_per_s")),
        levels=None if levels is None else int(levels),
        says=_read_says(reader, entries.get("says"), join(key, "says")),
        where=reader.place(node),
    )
    _check_signal(reader, spec, entries, key)
    initial = entries.get("initial")
    if initial is not None:
        spec = replace(spec, initial=check_literal(reader, initial, spec, join(key, "initial")))
    return spec


def _read_says(reader: Reader, node: Node | None, key: str) -> dict[str, str]:
    if node is None:
        return {}
    return {value: reader.text(words, join(key, value)) for value, words in reader.mapping(node, key).items()}


def _check_signal(reader: Reader, spec: SignalSpec, entries: Mapping[str, Node], key: str) -> None:
    is_number = spec.datatype not in ("boolean", "string")
    for name in ("min", "max", "rate_per_s", "levels"):
        if name in entries and not is_number:
            reader.problem(entries[name], f"{name!r} fits numbers only", key, seen=f"datatype {spec.datatype}")
    if spec.allowed and spec.datatype != "string":
        reader.problem(entries["allowed"], "'allowed' fits strings only", key, seen=f"datatype {spec.datatype}")
    low, high = INTEGER_RANGES.get(spec.datatype, (None, None))
    for name, bound in (("min", spec.minimum), ("max", spec.maximum)):
        if bound is not None and low is not None and high is not None and not low <= bound <= high:
            reader.problem(entries[name], f"{name!r} outside {spec.datatype}", key, expected=f"{low} to {high}")
    if spec.minimum is not None and spec.maximum is not None and spec.minimum >= spec.maximum:
        reader.problem(entries["max"], "the range is reversed or empty", key, seen=f"{spec.minimum} to {spec.maximum}")
    if spec.rate_per_s is not None and spec.rate_per_s <= 0:
        reader.problem(entries["rate_per_s"], "the rate is not above zero", key)
    if spec.levels is not None and (spec.levels < 1 or spec.maximum is None):
        reader.problem(entries["levels"], "levels need a whole number above zero, and a 'max'", key)
    if spec.says:
        values = ("true", "false") if spec.datatype == "boolean" else spec.allowed
        for value in spec.says:
            if values and value not in values:
                reader.unknown(entries["says"], "value", value, values, join(key, "says"))


def check_literal(reader: Reader, node: Node, spec: SignalSpec, key: str) -> SignalValue | None:
    """Return a literal that fits the signal; else note why it does not and return None."""
    value = node.value
    name = f"signal {spec.path or key}"
    if spec.datatype == "boolean":
        if isinstance(value, bool) and node.text.lower() in ("true", "false"):
            return value
        reader.problem(node, f"{name} is boolean", key, expected="true or false")
        return None
    if spec.datatype == "string":
        text = reader.text(node, key) if value != "" else ""
        if spec.allowed and text not in spec.allowed:
            expected = ", ".join(spec.allowed)
            reader.problem(
                node, f"{name} does not allow {text!r}", key, expected=expected, hint=nearest(text, spec.allowed)
            )
            return None
        return text
    number = reader.number(node, key)
    if number is None:
        return None
    low, high = INTEGER_RANGES.get(spec.datatype, (None, None))
    if low is not None and number != int(number):
        reader.problem(node, f"{name} takes whole numbers", key, expected=spec.datatype)
        return None
    low = spec.minimum if spec.minimum is not None else low
    high = spec.maximum if spec.maximum is not None else high
    if (low is not None and number < low) or (high is not None and number > high):
        bounds = f"{'any' if low is None else low} to {'any' if high is None else high}"
        reader.problem(node, f"outside the range of {name}", key, expected=bounds)
        return None
    return number


def merge_signals(reader: Reader, known: dict[str, SignalSpec], more: dict[str, SignalSpec]) -> None:
    """Add signals of another catalog to `known`; a signal described twice must be described alike."""
    for path, spec in more.items():
        first = known.get(path)
        if first is None:
            known[path] = spec
            continue
        for attribute in ("kind", "datatype", "unit", "minimum", "maximum", "allowed", "is_standard"):
            ours, theirs = getattr(first, attribute), getattr(spec, attribute)
            if ours != theirs:
                what = f"signal {path!r} is described in two ways"
                reader.at(
                    spec.where,
                    what,
                    f"signals.{path}",
                    seen=f"{attribute} {theirs!r}",
                    expected=f"{ours!r} as in {first.where}",
                )
        known[path] = replace(
            first,
            initial=spec.initial if first.initial is None else first.initial,
            rate_per_s=spec.rate_per_s if first.rate_per_s is None else first.rate_per_s,
            levels=spec.levels if first.levels is None else first.levels,
            says={**spec.says, **first.says},
        )
