"""Many cases, in processes side by side. Each result is kept as it comes, so a run that was ended goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from cabin.errors import CabinError, Problem, UsageError
from cabin.scenarios.cases import Case, cases_of
from cabin.scenarios.reading import read_scenario
from cabin.scenarios.result import CaseResult, Failure, result_from
from cabin.scenarios.stage import Stage

__all__ = ["RESULTS", "RunOptions", "kept_results", "run_cases"]

RESULTS = "results.jsonl"
"""The file of results in the folder of a run, one a line."""


@dataclass(frozen=True)
class RunOptions:
    """How cases are run."""

    out: Path
    jobs: int = 1
    model: Path | None = None
    catalogs: tuple[Path, ...] = ()
    environ: Mapping[str, str] | None = None
    """Of the configuration; None: this process's own."""


def run_cases(
    cases: Sequence[Case], options: RunOptions, tell: Callable[[CaseResult], None] = lambda _result: None
) -> list[CaseResult]:
    """Run what the folder does not hold yet, and return all results in the cases' order.

    `tell` is called with each result as it comes. A case that could not be run at all is a failed one. Raises OSError
    for a folder that cannot be written; at KeyboardInterrupt what is done stays.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    done = kept_results(options.out, cases)
    left = [case for case in cases if case.name not in done]
    with (options.out / RESULTS).open("a", encoding="utf-8") as file:
        for result in _results(left, options):
            file.write(json.dumps(result.to_json(), ensure_ascii=False) + "\n")
            file.flush()
            done[result.case] = result
            tell(result)
    return [done[case.name] for case in cases]


def kept_results(folder: Path, cases: Sequence[Case]) -> dict[str, CaseResult]:
    """Return the results in a folder that are of these very cases: same file, same seed."""
    wanted = {(case.name, case.file.digest, case.seed) for case in cases}
    found = {}
    path = folder / RESULTS
    if not path.is_file():
        return {}
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            result = result_from(json.loads(line))
        except (ValueError, KeyError, TypeError):
            continue
        if (result.case, result.digest, result.seed) in wanted:
            found[result.case] = result
    return found


_stage: Stage | None = None
"""Of this worker process."""


def _results(cases: Sequence[Case], options: RunOptions) -> Iterator[CaseResult]:
    if options.jobs == 1 or len(cases) < 2:
        stage = _open(options)
        yield from (_play(stage, case) for case in cases)
        return
    context = get_context("spawn")  # a fork would share the engine's threads
    with ProcessPoolExecutor(options.jobs, context, _begin, (options,)) as pool:
        waiting = {pool.submit(_play_here, case.file.path, case.file.name, case.name, case.run_seed) for case in cases}
        try:
            while waiting:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in ready:
                    yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _open(options: RunOptions) -> Stage:
    from cabin.cli.app import App

    app = App()
    if options.environ is not None:
        app.environ = dict(options.environ)
    sounds = options.out / "sounds"
    sounds.mkdir(exist_ok=True)
    return Stage(app, options.model, options.catalogs, sounds)


def _begin(options: RunOptions) -> None:
    global _stage  # noqa: PLW0603  one stage a process is what a pool is for
    _stage = _open(options)


def _play_here(path: Path, scenario: str, name: str, seed: int) -> CaseResult:
    """Play a case in a worker, which reads the file for itself: a case holds what cannot be sent."""
    if _stage is None:
        raise UsageError(Problem("the worker has no stage"))
    case = next((case for case in cases_of(read_scenario(path, scenario), seed) if case.name == name), None)
    if case is None:
        raise UsageError(Problem("the scenario changed during the run", str(path), name))
    return _play(_stage, case)


def _play(stage: Stage, case: Case) -> CaseResult:
    try:
        return stage.play(case)
    except CabinError as error:
        scenario, file = case.scenario, case.file
        failures = tuple(Failure(0, "to run", "a scenario that fits the car", str(each)) for each in error.problems)
        return CaseResult(
            case.name, file.name, scenario.about, scenario.tags, case.seed, file.digest, (), failures, {}, 0.0
        )
