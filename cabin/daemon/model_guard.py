"""Which version of the intent model works: the one in place, or the one before it when that fails its test.

`cabin models use` puts a version in place and asks for a reload: the new worker is tried out beside the old one, which
goes on working until the test is passed. At the start the version before takes the place of one that fails.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from cabin.assembly import NO_MODEL
from cabin.daemon.letters import Tested
from cabin.daemon.selftest import INTENT, RECORDING, TEST_S, TestResult, judge
from cabin.errors import BudgetError, CabinError, ModelError, Problem
from cabin.messages import Hypothesis, Transcript
from cabin.modelstore.trial import SENTENCE
from cabin.modelstore.versions import Versions

if TYPE_CHECKING:
    from cabin.cli.app import App
    from cabin.daemon.conductor import Parts
    from cabin.daemon.daemon import Daemon
    from cabin.daemon.hearing_setup import HearingSetup
    from cabin.daemon.link import WorkerLink
    from cabin.daemon.options import RunOptions

__all__ = ["pinned_model", "start_worker", "test_at_start", "try_out"]

logger = logging.getLogger("cabin.daemon")

TRY_S = 120.0
"""How long a worker may be tried out beside the one that works; at the start it may take cabin.daemon.selftest.TEST_S:
a busy machine is no fault."""


def pinned_model(app: App, options: RunOptions) -> Path | None:
    """Return the folder of the model to use: a link is followed once, so that a worker that is replaced later has the
    version that was tested. None: as configured, without versions.
    """
    if options.model is not None:
        return options.model
    folder = app.model_dir(app.config.parser.model)
    return folder.resolve() if folder.is_symlink() else None


async def start_worker(daemon: Daemon, setup: HearingSetup) -> HearingSetup:
    """Start the first worker, with the previous model when the present one cannot be loaded; return what it has.

    Raises the CabinError of the present model when neither can.
    """
    try:
        await daemon.keeper.start(setup)
    except ModelError as error:
        other = _fallback(daemon, setup)
        if other is None:
            raise
        try:
            await daemon.keeper.start(other)
        except CabinError:
            raise error from None
        _tell(daemon, setup, other, error)
        return other
    return setup


async def test_at_start(daemon: Daemon, setup: HearingSetup, parts: Parts) -> TestResult:
    """Put the recording through the whole chain; a model that fails is replaced by the version before it.

    Raises CabinError when nothing passes.
    """
    link = daemon.keeper.ready
    if link is None:
        raise BudgetError(Problem("the worker was lost before it could be tested"))
    try:
        return await try_out(daemon, setup, link, parts)
    except CabinError as error:
        other = _fallback(daemon, setup)
        if other is None:
            raise
        results: list[TestResult] = []

        async def check(new: WorkerLink) -> None:
            results.append(await try_out(daemon, other, new, parts))

        try:
            await daemon.keeper.change(other, check)
        except CabinError:
            raise error from None
        _tell(daemon, setup, other, error)
        return results[0]


async def try_out(daemon: Daemon, setup: HearingSetup, link: WorkerLink, parts: Parts) -> TestResult:
    """Put the recording, or where nothing is heard its words, through a worker and a dry run of the chain.

    Raises BudgetError when it does not come through.
    """
    patience_s = TEST_S if link is daemon.keeper.link else TRY_S
    asking = asyncio.get_running_loop().create_task(_ask(daemon, setup, link, patience_s))
    gone = asyncio.get_running_loop().create_task(link.gone.wait())
    try:
        await asyncio.wait({asking, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not asking.done():
            raise BudgetError(Problem("self-test: the worker died over it", seen=link.why))
        tested = asking.result()
    finally:
        asking.cancel()
        gone.cancel()
    has_model = setup.model != NO_MODEL
    if has_model and INTENT in parts.chain.executor.catalog.intents and not tested.parse.commands:
        seen = f"refused ({tested.parse.refused})"
        raise BudgetError(Problem(f"self-test: {SENTENCE!r} was not understood", "the intent model", seen, INTENT))
    return await daemon.conductor.actor.do(lambda: judge(tested, parts.chain))


async def _ask(daemon: Daemon, setup: HearingSetup, link: WorkerLink, patience_s: float) -> Tested:
    if setup.hears:
        return await daemon.desk.test(RECORDING, patience_s, link)
    parse = await daemon.desk.parse(SENTENCE, patience_s, link)
    return Tested(0, 1, Transcript((Hypothesis(SENTENCE, 0.0),), "text"), parse, dict(parse.ms))


def _fallback(daemon: Daemon, setup: HearingSetup) -> HearingSetup | None:
    if daemon.options.model is not None:
        return None
    app = daemon.app
    previous = Versions(app.model_dir(app.config.parser.model)).previous
    if previous is None or previous == setup.model:
        return None
    return dataclasses.replace(setup, model=previous)


def _tell(daemon: Daemon, setup: HearingSetup, other: HearingSetup, error: CabinError) -> None:
    why = error.problems[0].what if error.problems else "it failed"
    left, used = (each.name if each is not None else "" for each in (setup.model, other.model))
    daemon.meters.count("model-fallback")
    told = {"left": left, "used": used, "why": why}
    daemon.telling.tell("model-fallback", told, ())
    for problem in error.problems:
        logger.warning("model %s is not used: %s", left, problem)
