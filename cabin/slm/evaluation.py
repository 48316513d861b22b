"""How well a parser does on labelled sentences: the figures that every model is judged by.

function: the intents are right, in any order. exact: slots too. wrong_act: something else was done than asked.
missed: nothing was done though asked. false_act: something was done though nothing should be. reason: refused for the
right reason.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cabin.errors import Problem, UsageError
from cabin.messages import Parse
from cabin.slm.examples import Example
from cabin.slm.vocabulary import REFUSALS

__all__ = ["Case", "Evaluation", "Judged", "cases_of", "evaluate", "read_gold"]

Calls = Sequence[tuple[str, Mapping[str, Any]]]

_TITLES = frozenset(("song", "artist", "album", "playlist", "genre", "query"))
"""What "play X" names is right in whichever of these slots it stands."""
_ARTICLES = frozenset(("the", "a", "an", "my"))


@dataclass(frozen=True)
class Case:
    """A sentence with its right readings; an empty reading means: refuse."""

    text: str
    readings: tuple[Calls, ...]
    refused: str | None
    kind: str = ""


@dataclass(frozen=True)
class Judged:
    """One sentence after measuring: what confidence is calibrated on."""

    confidence: float
    right: bool
    """Whether what was read was right, done or refused for doubt; names in open slots aside."""
    acted: bool
    """Whether there was a command."""
    evidence: Mapping[str, float] = field(default_factory=dict)


@dataclass
class Evaluation:
    """Counts, and what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: list[dict[str, Any]] = field(default_factory=list)
    by_device: dict[str, Counter[str]] = field(default_factory=dict)
    judged: list[Judged] = field(default_factory=list)
    """Every sentence, in order."""
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(wanted, got) of the sentences with other intents than wanted; several intents are joined by +."""

    @property
    def outcomes(self) -> list[tuple[float, bool]]:
        """(confidence, whether it was right) of every sentence."""
        return [(each.confidence, each.right) for each in self.judged]

    def figures(self) -> dict[str, float]:
        """Return the shares in percent; those of nothing are left out."""
        of = {
            "function": "asked",
            "exact": "asked",
            "wrong_act": "asked",
            "missed": "asked",
            "false_act": "to_refuse",
            "reason": "refused",
        }
        shares = {k: round(100 * self.counts[k] / self.counts[base], 2) for k, base in of.items() if self.counts[base]}
        return {"sentences": self.counts["sentences"], **shares}


def cases_of(examples: Iterable[Example]) -> list[Case]:
    """Return examples as cases."""
    return [
        Case(e.text, (list(e.calls),) if e.calls else ([],), e.refused, "refuse" if e.refused else "command")
        for e in examples
    ]


def read_gold(path: Path) -> list[Case]:
    """Read labelled lines {"text", "calls", "refuse", "also", "kind"}. Raises UsageError with file:line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            Problem("the gold file cannot be read", str(path), str(error), "JSON lines in UTF-8")
        ) from error
    cases, problems = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            cases.append(_case(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            seen = f"{type(error).__name__}: {error}"
            problems.append(Problem("not a gold line", f"{path}:{number}", seen, '{"text", "calls", "refuse", "also"}'))
    if problems or not cases:
        raise UsageError(problems or Problem("the gold file is empty", str(path)))
    return cases


def _case(row: dict[str, Any]) -> Case:
    if not isinstance(row["text"], str):
        raise TypeError("the text is no string")
    if row.get("refuse") not in (None, *REFUSALS):
        raise ValueError(f"unknown refusal {row['refuse']!r}")
    readings = [
        [(str(call["intent"]), dict(call.get("slots") or {})) for call in calls]
        for calls in [row["calls"], *(row.get("also") or [])]
    ]
    return Case(row["text"], tuple(readings), row.get("refuse"), row.get("kind", ""))


def evaluate(parse: Callable[[str], Parse], cases: Iterable[Case]) -> Evaluation:
    """Parse every sentence and count."""
    result = Evaluation()
    for case in cases:
        found = parse(case.text)
        verdict = _judge(case, found)
        result.counts.update(["sentences", *verdict])
        for device in {intent.partition(".")[0] for intent, _ in case.readings[0]} or {f"({case.refused})"}:
            result.by_device.setdefault(device, Counter()).update(["sentences", *verdict])
        right = "exact" in verdict or ("to_refuse" in verdict and "false_act" not in verdict)
        done_right = right or "function" in verdict
        # Confidence is that of the reading, so it is held against the reading, not against what doubt made of it.
        read = _judge(case, replace(found, commands=found.doubted)) if found.doubted else verdict
        read_right = "function" in read or ("to_refuse" in read and "false_act" not in read)
        acted = bool(found.commands or found.doubted)
        result.judged.append(Judged(found.confidence, read_right, acted, found.evidence))
        if not done_right:
            wanted = [intent for intent, _ in case.readings[0]] or [f"({case.refused})"]
            got_intents = [command.intent for command in found.commands] or [f"({found.refused})"]
            result.confusions[" + ".join(wanted), " + ".join(got_intents)] += 1
        if not right:
            got = [{"intent": c.intent, "slots": dict(c.slots)} for c in found.commands] or found.refused
            want = [{"intent": i, "slots": dict(s)} for i, s in case.readings[0]] or case.refused
            result.errors.append(
                {
                    "text": case.text,
                    "want": want,
                    "got": got,
                    "confidence": round(found.confidence, 3),
                    "kind": case.kind,
                    "verdict": sorted(verdict),
                }
            )
    return result


def _judge(case: Case, found: Parse) -> set[str]:
    said = [(command.intent, command.slots) for command in found.commands]
    done = [calls for calls in case.readings if calls]
    refusing_is_right = any(not calls for calls in case.readings)
    same_intents = any(_form(said, False) == _form(calls, False) for calls in done)
    if case.readings[0]:
        if not said:
            return {"asked", "function", "exact"} if refusing_is_right else {"asked", "missed"}
        verdict = {"asked", "function" if same_intents else "wrong_act"}
        return verdict | ({"exact"} if any(_form(said, True) == _form(calls, True) for calls in done) else set())
    if said:
        return {"to_refuse"} if same_intents else {"to_refuse", "false_act"}
    return {"to_refuse", "refused"} | ({"reason"} if found.refused == case.refused else set())


def _form(calls: Calls, with_slots: bool) -> Counter[Any]:
    return Counter((intent, _slots(intent, slots) if with_slots else ()) for intent, slots in calls)


def _slots(intent: str, slots: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = {name: _plain(value) for name, value in slots.items() if value not in (None, "")}
    titles = [name for name in pairs if name in _TITLES]
    if intent == "media.play" and len(titles) == 1:
        pairs["title"] = pairs.pop(titles[0])
    return tuple(sorted(pairs.items()))


def _plain(value: Any) -> str:
    try:
        return str(float(value))
    except (TypeError, ValueError):
        words = str(value).lower().strip(" .,!?'\"").split()
        return " ".join(words[1:] if words[:1] and words[0] in _ARTICLES else words)
