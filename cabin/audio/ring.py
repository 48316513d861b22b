"""The ring between the capture process and the daemon: fixed slots in shared memory, one writer, one reader, no lock.

    memfd:    control | a header for each slot | the sound of each slot
    eventfd:  the number of blocks written since the reader last looked

The writer never waits and never asks how far the reader is: it writes over the oldest slot. A reader that was too slow
finds that out by the count of the eventfd and the sequence number of the slot, and is told how much it lost. Blocks
become visible through the eventfd alone; the kernel orders memory for it on every processor, so no sequence number in
shared memory has to. Nothing here imports numpy but the reader: the writer's process stays small.

The memory has no name and is sealed against being cut short, so it leaves nothing behind and cannot harm the reader.
"""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

    from cabin.messages import Samples

__all__ = ["Counters", "Ring", "RingReader", "RingShape", "RingWriter", "Slot"]

SAMPLE_BYTES = 4
"""float32"""

_CONTROL = struct.Struct("<QQQ")
_NUMBER = struct.Struct("<Q")
_BEATS_AT, _TAKEN_AT, _CONTROL_BYTES = 24, 64, 128
_HEADER = struct.Struct("<dIIQ")
_HEADER_BYTES = 32
_SPARE = 2
"""Slots behind the writer that the reader leaves alone: the one being written, and one for good measure."""


@dataclass(frozen=True)
class RingShape:
    """How a ring is laid out; the same on both sides."""

    slots: int
    slot_frames: int
    """Samples that a slot holds at most."""

    @property
    def bytes(self) -> int:
        """Size of the shared memory, whole pages."""
        size = self.data_at + self.slots * self.slot_frames * SAMPLE_BYTES
        return -(-size // mmap.PAGESIZE) * mmap.PAGESIZE

    @property
    def data_at(self) -> int:
        """Where the sound begins, in bytes."""
        headers = _CONTROL_BYTES + self.slots * _HEADER_BYTES
        return -(-headers // mmap.PAGESIZE) * mmap.PAGESIZE


@dataclass(frozen=True)
class Counters:
    """What the writer tells of itself. Read without a lock: good for watching, not for finding blocks."""

    blocks: int
    frames: int
    """Samples written since the start, at the device's rate."""
    overflows: int
    """How often the device said that it lost sound."""
    beats: int
    """Rounds of the capture process's main thread."""


@dataclass(frozen=True)
class Slot:
    """One block as the reader takes it out."""

    samples: Samples
    """Shape (n,), float32, a copy, at the device's rate."""
    begun_s: float
    """time.monotonic() of the first sample."""
    overflowed: bool
    """The device lost sound just before this block."""
    lost_blocks: int
    """Blocks between this and the one before that the reader was too slow for."""


class Ring:
    """The shared memory and its eventfd, owned by the process that reads. Raises OSError when there is no memory."""

    def __init__(self, shape: RingShape) -> None:
        self.shape = shape
        self.memory_fd = os.memfd_create("cabin-capture", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        self.event_fd = -1
        try:
            os.ftruncate(self.memory_fd, shape.bytes)
            seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
            fcntl.fcntl(self.memory_fd, fcntl.F_ADD_SEALS, seals)
            self.event_fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close both descriptors; may be called again."""
        for fd in (self.memory_fd, self.event_fd):
            if fd >= 0:
                os.close(fd)
        self.memory_fd = self.event_fd = -1


class RingWriter:
    """The writing side: one thread writes, and the main thread may beat. Nothing here waits or takes a lock."""

    def __init__(self, memory_fd: int, event_fd: int, shape: RingShape) -> None:
        self._map = mmap.mmap(memory_fd, shape.bytes)
        self._view = memoryview(self._map)
        self._shape, self._event_fd = shape, event_fd
        self._blocks = self._frames = self._overflows = self._beats = 0
        self._slot_bytes = shape.slot_frames * SAMPLE_BYTES

    def write(self, samples: Buffer, begun_s: float, rate_hz: int, overflowed: bool = False) -> None:
        """Copy mono float32 samples into the next slot, or slots when they are many, and wake the reader."""
        sound = memoryview(samples).cast("B")
        if overflowed:
            self._overflows += 1
        written, size = 0, len(sound)
        while written < size:
            count = min(self._slot_bytes, size - written)
            begun = begun_s + written / (SAMPLE_BYTES * rate_hz)
            self._put(sound[written : written + count], count, begun, overflowed and not written)
            written += count

    def beat(self) -> None:
        """Tell that the main thread of the capture process is alive."""
        self._beats += 1
        _NUMBER.pack_into(self._view, _BEATS_AT, self._beats)

    def room(self) -> int:
        """Return how many slots may be written before the reader loses any; for sources that can wait."""
        taken = int(_NUMBER.unpack_from(self._view, _TAKEN_AT)[0])
        return max(0, self._shape.slots - _SPARE - (self._blocks - taken))

    def close(self) -> None:
        """Give the memory back."""
        self._view.release()
        self._map.close()

    def _put(self, sound: memoryview, count: int, begun_s: float, overflowed: bool) -> None:
        slot = self._blocks % self._shape.slots
        header = _CONTROL_BYTES + slot * _HEADER_BYTES
        data = self._shape.data_at + slot * self._slot_bytes
        number = self._blocks + 1
        _NUMBER.pack_into(self._view, header, number)
        self._view[data : data + count] = sound
        _HEADER.pack_into(self._view, header + _NUMBER.size, begun_s, count // SAMPLE_BYTES, overflowed, number)
        self._blocks = number
        self._frames += count // SAMPLE_BYTES
        _CONTROL.pack_into(self._view, 0, number, self._frames, self._overflows)
        os.eventfd_write(self._event_fd, 1)


class RingReader:
    """The reading side, in one thread."""

    def __init__(self, ring: Ring) -> None:
        import numpy as np

        self._event_fd, self._shape = ring.event_fd, ring.shape
        self._map = mmap.mmap(ring.memory_fd, ring.shape.bytes)
        count = ring.shape.slots * ring.shape.slot_frames
        sound = np.frombuffer(self._map, dtype="<f4", count=count, offset=ring.shape.data_at)
        self._sound = sound.reshape(ring.shape.slots, ring.shape.slot_frames)
        self._published = self._next = self._lost = 0

    @property
    def waiting(self) -> int:
        """How many blocks can be taken, as far as `take` has looked; those lost are not counted."""
        return self._published - self._next

    def counters(self) -> Counters:
        """Return what the writer tells of itself."""
        return Counters(*_CONTROL.unpack_from(self._map, 0), *_NUMBER.unpack_from(self._map, _BEATS_AT))

    def look(self) -> int:
        """Take note of what was written since the last look, give up what was written over; return `waiting`."""
        with contextlib.suppress(BlockingIOError):
            self._published += os.eventfd_read(self._event_fd)
        self._skip_to(self._published - (self._shape.slots - _SPARE))
        return self.waiting

    def take(self) -> Slot | None:
        """Return the next block, or None when none waits. Call `look` before."""
        while self._next < self._published:
            slot = self._copy(self._next)
            self._next += 1
            if slot is not None:
                self._lost = 0
                _NUMBER.pack_into(self._map, _TAKEN_AT, self._next)
                return slot
            self._lost += 1
        return None

    def close(self) -> None:
        """Give the memory back; the samples of slots already taken are copies and stay. May be called again."""
        if not self._map.closed:
            del self._sound  # the map cannot be closed under it
            self._map.close()

    def _skip_to(self, oldest: int) -> None:
        if oldest > self._next:
            self._lost += oldest - self._next
            self._next = oldest
            _NUMBER.pack_into(self._map, _TAKEN_AT, self._next)

    def _copy(self, index: int) -> Slot | None:
        """Copy a slot out; None when the writer came round meanwhile."""
        at = index % self._shape.slots
        header = _CONTROL_BYTES + at * _HEADER_BYTES
        begun_s, frames, flags, number = _HEADER.unpack_from(self._map, header + _NUMBER.size)
        samples = self._sound[at, : min(frames, self._shape.slot_frames)].copy()
        begun = _NUMBER.unpack_from(self._map, header)[0]
        if begun != index + 1 or number != index + 1:
            return None
        return Slot(samples, begun_s, bool(flags), self._lost)
