"""The frames that cabin and its control units exchange: checksum, command, acknowledgement.

Every frame but those of a foreign DBC ends in a checksum: CRC-8 of SAE J1850 (polynomial 0x1D, begun with and xored
with 0xFF; "123456789" gives 0x4B) over the frame's identifier, low byte first, and all bytes before the last. The
identifier is in it, as in AUTOSAR's E2E profile 1, so that a frame cannot pass for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["CLOCK_STEPS", "Ack", "Command", "Result", "age", "checksum", "is_whole", "sealed"]

CLOCK_STEPS = 4096
"""The clock of the alive frame has 12 bits."""


class Result(IntEnum):
    """What a control unit says to a command."""

    TAKEN = 0
    REJECTED = 1
    LATE = 2


@dataclass(frozen=True)
class Command:
    """One signal to set."""

    item: int
    """Which signal of the control unit: the multiplexer's value."""
    clock: int
    """The control unit's own clock as last heard: it tells how old the command is."""
    counter: int
    """0 to 15, one more with each command: the same clock, item and counter again is a repetition, not a command."""
    valid_for: int
    """How many steps of its clock the control unit may take it after `clock`; later it must not act."""


@dataclass(frozen=True)
class Ack:
    """The answer to a command."""

    item: int
    clock: int
    counter: int
    result: Result


def crc8(data: bytes) -> int:
    """Return the CRC-8 of SAE J1850."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1D) & 0xFF if crc & 0x80 else crc << 1
    return crc ^ 0xFF


def checksum(frame_id: int, data: bytes) -> int:
    """Return what the last byte of a frame must be."""
    return crc8(bytes((frame_id & 0xFF, frame_id >> 8 & 0xFF)) + bytes(data[:-1]))


def is_whole(frame_id: int, data: bytes) -> bool:
    """Whether a frame arrived as it was sent."""
    return len(data) > 1 and data[-1] == checksum(frame_id, data)


def sealed(frame_id: int, data: bytes) -> bytes:
    """Return the frame with its checksum as last byte."""
    return bytes(data[:-1]) + bytes((checksum(frame_id, data),))


def age(now: int, clock: int) -> int:
    """Return how many steps ago the clock showed `clock`."""
    return (now - clock) % CLOCK_STEPS
