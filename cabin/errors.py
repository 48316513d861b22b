"""Every error that a user of cabin can cause, as one tree.

    CabinError                       exit 1
    |-- UsageError                   exit 2   wrong use of the command line
    |-- ConfigError                  exit 2   config/*.yaml
    |   `-- CatalogError             exit 2   a plugin's catalog
    |-- SoundError                   exit 1   a file or device that gives no usable sound
    |-- ModelError                   exit 1   a model folder or file
    |   |-- ModelMismatchError       exit 2   the model was built for another catalog
    |   `-- DownloadError            exit 1   a model file that could not be fetched
    |-- PluginError                  exit 1   a plugin that could not be loaded or broke its contract
    |-- VehicleError                 exit 1   the car's interface
    |   |-- UnknownSignalError       exit 1
    |   |-- VehicleTimeoutError      exit 1
    |   `-- WriteUnknownError        exit 1   whether a write acted is not known
    |-- BudgetError                  exit 1   a deadline or a memory limit
    `-- ControlError                 exit 1   the running daemon: it is not there, or it refuses

A message says what, where, the value seen, what was expected, and one thing to do next.
`Problem` holds those five; an error holds one or many, so that all mistakes of a file are told at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "BudgetError",
    "CabinError",
    "CatalogError",
    "ConfigError",
    "ControlError",
    "DownloadError",
    "ModelError",
    "ModelMismatchError",
    "PluginError",
    "Problem",
    "SoundError",
    "UnknownSignalError",
    "UsageError",
    "VehicleError",
    "VehicleTimeoutError",
    "WriteUnknownError",
    "nearest",
]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, told so that it can be mended."""

    what: str
    """One clause, no full stop: "unknown key 'recogniser'"."""
    where: str = ""
    """file:line, key path, device or signal."""
    seen: str = ""
    expected: str = ""
    hint: str = ""
    """One thing to do next, as a sentence."""

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.seen:
            text += f"; seen: {self.seen}"
        if self.expected:
            text += f"; expected: {self.expected}"
        return f"{text}. {self.hint}" if self.hint else f"{text}."


class CabinError(Exception):
    """The root. Example: any of its children, caught at the top of the command line and printed without a traceback."""

    exit_code = 1

    def __init__(self, problems: Problem | str | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = Problem(problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(CabinError):
    """Wrong use of the command line. Examples: an unknown option, a text that is empty."""

    exit_code = 2


class ConfigError(CabinError):
    """A configuration file that cannot be used. Examples: unknown key, wrong type, a bare `on` read as a boolean."""

    exit_code = 2


class CatalogError(ConfigError):
    """A catalog that cannot be used. Examples: a signal path that does not exist, a sentence that two intents claim."""


class SoundError(CabinError):
    """Sound that cannot be used. Examples: a file that is missing, empty, cut off or no wav; a device that is gone."""


class ModelError(CabinError):
    """A model that cannot be used. Examples: folder missing, file truncated, a SHA-256 that differs."""


class ModelMismatchError(ModelError):
    """The model was built for another catalog. Example: an intent has a slot that the model has no word for."""

    exit_code = 2


class DownloadError(ModelError):
    """A model file could not be fetched. Examples: the publisher's site is out of reach, the SHA-256 differs."""


class PluginError(CabinError):
    """A plugin that broke its contract. Examples: it raised while loading, it registered a name twice."""


class VehicleError(CabinError):
    """The car's interface failed. Examples: the connection is lost, a write was rejected."""


class UnknownSignalError(VehicleError):
    """A signal that this car does not have. Example: a sunroof path on a car without one."""


class VehicleTimeoutError(VehicleError, TimeoutError):
    """The car did not answer in time. Example: a window that is blocked never reaches its target."""


class WriteUnknownError(VehicleError):
    """A write left for the car and its answer never came: it may have acted. Example: the connection broke meanwhile.

    Whoever gets it reads the signal back before anything else, and never simply writes again.
    """


class BudgetError(CabinError):
    """A budget was not met. Examples: a stage ran past its deadline, memory past its limit."""


class ControlError(CabinError):
    """The running daemon cannot be spoken to, or refuses. Examples: no daemon runs, the right to `talk` is missing."""

    def __init__(self, problems: Problem | str | Iterable[Problem], code: str = "") -> None:
        super().__init__(problems)
        self.code = code
        """The error code of the control protocol (docs/reference/control-socket.md); empty: nothing was answered."""


def nearest(name: str, known: Iterable[str], count: int = 3) -> str:
    """Return "did you mean 'x' or 'y'?" for the known names closest to `name`; empty when none is close."""
    matches = get_close_matches(name, list(known), n=count, cutoff=0.6)
    return f"Did you mean {' or '.join(repr(match) for match in matches)}?" if matches else ""
