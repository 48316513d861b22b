"""A model in a process of its own: what it holds in memory is its own, and two models can be timed side by side.

`ModelProcess` starts a fresh interpreter, loads the model, with one thread unless told, and answers over a pipe. Its
memory is that of a process that only parses: interpreter, plugins, engine and model, but no catalog.
"""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.errors import CabinError, ModelError, Problem

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from cabin.messages import Parse
    from cabin.slm.backend import InferenceBackend
    from cabin.slm.embedding import TokenTable

__all__ = ["ModelProcess", "StepTimes", "resident_mib", "time_steps"]

_PROMPT_TOKENS, _WRITTEN_TOKENS = 16, 8
"""About what an utterance of twelve words and its call are."""
_PATIENCE_S = 600.0


@dataclass(frozen=True)
class StepTimes:
    """How long the engine takes, without tokenizer and automaton."""

    prefill_ms: float
    """16 tokens at once."""
    token_ms: float
    """One token after them: the median of 8."""


class ModelProcess:
    """One model in its own process. Raises ModelError when it cannot be loaded there. Close it, or use `with`."""

    def __init__(self, folder: Path, backend: str, environ: Mapping[str, str], threads: int = 1) -> None:
        context = multiprocessing.get_context("spawn")
        self.folder = folder
        self._pipe, other = context.Pipe()
        arguments = (other, folder, backend, dict(environ), threads)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        other.close()
        self.load_s: float = self._answer()

    def __enter__(self) -> ModelProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def parse(self, text: str) -> Parse:
        """Understand one utterance there; its times are those of the other process."""
        return self._ask("parse", text)  # type: ignore[no-any-return]

    def step_times(self) -> StepTimes:
        """Time one prompt and some tokens."""
        return self._ask("steps", None)  # type: ignore[no-any-return]

    def resident_mib(self) -> float:
        """Return what the process holds in memory now, in MiB."""
        return self._ask("memory", None)  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the process."""
        with suppress(OSError):
            self._pipe.send(("end", None))
        self._pipe.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()

    def _ask(self, what: str, argument: str | None) -> Any:
        with suppress(OSError):  # a process that is gone is told by what it does not answer
            self._pipe.send((what, argument))
        return self._answer()

    def _answer(self) -> Any:
        try:
            if not self._pipe.poll(_PATIENCE_S):
                raise EOFError
            problems, answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._process.terminate()
            what = "the process that runs the model ended or did not answer"
            raise ModelError(Problem(what, str(self.folder), hint="Is there enough memory?")) from error
        if problems is not None:
            self.close()
            raise ModelError(problems)
        return answer


def _serve(pipe: Connection, folder: Path, backend: str, environ: dict[str, str], threads: int) -> None:
    """Load the model and answer until told to end; the main process alone hears Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        begun_s = time.perf_counter()
        from cabin.plugins import load_plugins
        from cabin.slm.embedding import TokenTable
        from cabin.slm.parser import IntentParser

        factory = load_plugins(environ).inference_backends.get(backend, "--backend").thing
        engines: list[InferenceBackend] = []

        def make(folder: Path, threads: int) -> InferenceBackend:
            engines.append(factory(folder, threads))
            return engines[-1]

        parser = IntentParser.load(folder, backend=make, threads=threads)
        table = TokenTable.load(folder)
        pipe.send((None, time.perf_counter() - begun_s))
    except CabinError as error:
        pipe.send((error.problems, None))
        return
    while True:
        try:
            what, argument = pipe.recv()
        except EOFError:
            return
        if what == "end":
            return
        if what == "parse":
            pipe.send((None, parser.parse(argument)))
        elif what == "memory":
            pipe.send((None, resident_mib()))
        else:
            pipe.send((None, time_steps(engines[0], table)))


def time_steps(engine: InferenceBackend, table: TokenTable) -> StepTimes:
    """Time the engine on the first tokens of the vocabulary."""
    prompt, token = table.embed(list(range(_PROMPT_TOKENS))), table.embed([0])
    engine.start()
    engine.step(prompt)  # warm: what a process does once is not timed
    engine.start()
    begun_s = time.perf_counter()
    engine.step(prompt)
    prefill_s = time.perf_counter() - begun_s
    written_s = []
    for _ in range(_WRITTEN_TOKENS):
        begun_s = time.perf_counter()
        engine.step(token)
        written_s.append(time.perf_counter() - begun_s)
    return StepTimes(1e3 * prefill_s, 1e3 * sorted(written_s)[_WRITTEN_TOKENS // 2])


def resident_mib() -> float:
    """Return this process's resident memory in MiB; where /proc does not tell, the most it ever held."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    from cabin.demo.player import peak_memory_mib

    return peak_memory_mib()
