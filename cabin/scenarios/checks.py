"""What a step's expectations come to, held against what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from cabin.scenarios.result import Failure, StepResult

if TYPE_CHECKING:
    from cabin.messages import SignalValue
    from cabin.scenarios.schema import Expect

__all__ = ["check_step"]

_NEAR = 1e-3
"""Numbers of signals are the same within this."""


def check_step(
    number: int,
    expect: Expect,
    step: StepResult,
    read: Callable[[str], SignalValue | None],
    rule: str,
    processor_ms: float,
) -> list[Failure]:
    """Return what did not hold. `read` gives the signals at rest, `rule` is the policy's that decided first."""
    found = [*_understood(expect, step), *_acted(expect, step, rule), *_replied(expect, step)]
    for path, wanted in expect.signals.items():
        seen = read(path)
        if not _same(seen, wanted):
            found.append((f"signal {path}", repr(wanted), repr(seen)))
    if expect.within_ms is not None and processor_ms > expect.within_ms:
        found.append(("processor time", f"at most {expect.within_ms:g} ms", f"{processor_ms:.1f} ms"))
    return [Failure(number, *each) for each in found]


_Found = Iterator[tuple[str, str, str]]


def _understood(expect: Expect, step: StepResult) -> _Found:
    if expect.intents is not None and step.intents != expect.intents:
        yield "understood", _list(expect.intents), _list(step.intents) if step.intents else f"refused {step.refused}"
    if expect.refused is not None and step.refused != expect.refused:
        yield "refused", expect.refused, str(step.refused)


def _acted(expect: Expect, step: StepResult, rule: str) -> _Found:
    statuses = tuple(str(outcome["status"]) for outcome in step.outcomes)
    if expect.status and statuses != expect.status:
        yield "status", _list(expect.status), _list(statuses)
    if expect.rule is not None and rule != expect.rule:
        yield "rule", repr(expect.rule), repr(rule)
    written = sorted({path for _, path, _ in step.writes})
    if expect.writes is not None and written != sorted(set(expect.writes)):
        yield "written", _list(sorted(set(expect.writes))), _list(written)


def _replied(expect: Expect, step: StepResult) -> _Found:
    reply = step.reply.casefold()
    for text in expect.reply:
        if text.casefold() not in reply:
            yield "reply", f"with {text!r}", repr(step.reply)
    for text in expect.reply_lacks:
        if text.casefold() in reply:
            yield "reply", f"without {text!r}", repr(step.reply)
    if expect.asks is not None and bool(step.asks) != expect.asks:
        yield "question", "one that is open" if expect.asks else "none open", repr(step.asks)


def _same(seen: SignalValue | None, wanted: SignalValue) -> bool:
    if isinstance(seen, bool) or isinstance(wanted, bool) or isinstance(seen, str) or isinstance(wanted, str):
        return seen == wanted
    return seen is not None and abs(float(seen) - float(wanted)) <= _NEAR


def _list(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(names) or "nothing"
