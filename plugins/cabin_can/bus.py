"""The bus itself: one thread that receives, opens the bus again when it fails, and hands frames on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import can

from cabin.errors import Problem, VehicleError

if TYPE_CHECKING:
    from cabin_can.settings import CanSettings

__all__ = ["BusThread"]

logger = logging.getLogger(__name__)

_RECEIVE_S = 0.2
"""How long a look for frames lasts, and so how long closing may take."""


class BusThread:
    """Receives frames until closed; `handle` is called on its thread with each `can.Message`."""

    def __init__(self, settings: CanSettings, handle: Callable[[Any], None], name: str = "can") -> None:
        self._settings = settings
        self._handle = handle
        self._bus: Any = None
        self._sending = threading.Lock()
        self._closing = threading.Event()
        self._why_not = "not opened yet"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def send(self, frame_id: int, data: bytes, timeout_s: float, *, is_extended: bool = False) -> None:
        """Put a frame on the bus. Raises VehicleError when the bus did not take it: it was not sent."""
        message = can.Message(arbitration_id=frame_id, data=data, is_extended_id=is_extended)
        with self._sending:
            bus = self._bus
            if bus is None:
                raise VehicleError(Problem(f"the CAN bus is not open ({self._why_not})", where=self.where))
            try:
                bus.send(message, timeout=timeout_s)
            except (can.CanError, OSError) as error:
                raise VehicleError(Problem("the CAN bus did not take the frame", self.where, str(error))) from error

    @property
    def where(self) -> str:
        """The bus's name for messages: socketcan:can0."""
        return f"{self._settings.interface}:{self._settings.channel}"

    def close(self) -> None:
        """End the thread and close the bus."""
        self._closing.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        tries = 0
        while not self._closing.is_set():
            try:
                self._open()
                while not self._closing.is_set():
                    message = self._bus.recv(_RECEIVE_S)
                    tries = 0
                    if message is not None and not message.is_error_frame and not message.is_remote_frame:
                        self._guarded(message)
            except (can.CanError, OSError, ValueError) as error:
                reason = str(error) or type(error).__name__
                if reason != self._why_not:
                    logger.warning("CAN bus %s: %s", self.where, reason)
                self._why_not = reason
            finally:
                self._shut()
            wait_ms = min(self._settings.backoff_first_ms * 2 ** min(tries, 20), self._settings.backoff_max_ms)
            tries += 1
            self._closing.wait(wait_ms / 1000)

    def _open(self) -> None:
        bus = can.Bus(interface=self._settings.interface, channel=self._settings.channel, **self._settings.options)
        with self._sending:
            self._bus = bus
        logger.info("CAN bus %s is open", self.where)

    def _shut(self) -> None:
        with self._sending:
            bus, self._bus = self._bus, None
        if bus is not None:
            bus.shutdown()

    def _guarded(self, message: Any) -> None:
        try:
            self._handle(message)
        except Exception:
            logger.exception("frame 0x%X", message.arbitration_id)
