"""Options and work of `cabin model quantize --method qat`: the FP32 weights are trained for the scheme first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cabin.cli.app import App
from cabin.cli.model_build import load_sentences, need_build_extra

if TYPE_CHECKING:
    from cabin.errors import Problem
    from cabin.quantization.scheme import Scheme
    from cabin.slm.training.trainer import Progress

__all__ = ["method_options", "method_problems", "train_for"]

Command = TypeVar("Command", bound=Callable[..., Any])

_DEFAULTS = {"steps": 300, "batch": 64, "peak_rate": 1e-4}


def method_options(command: Command) -> Command:
    """Add --method and what only training needs."""
    options = (
        click.option(
            "--method",
            type=click.Choice(["ptq", "qat"]),
            default="ptq",
            show_default=True,
            help="ptq: the trained weights are rounded. qat: they are first trained on with fake quantization to the "
            "scheme, on the catalogs' sentences (needs the extra `build`).",
        ),
        click.option("--steps", type=click.IntRange(1), help="With --method qat: training steps; default 300."),
        click.option("--batch", type=click.IntRange(1), help="With --method qat: sentences a step; default 64."),
        click.option(
            "--peak-rate",
            type=click.FloatRange(0, min_open=True),
            help="With --method qat: highest learning rate; default 0.0001.",
        ),
        click.option(
            "--teacher",
            type=click.Path(path_type=Path, file_okay=False),
            help="With --method qat: also learn from this model folder, for instance from --from itself.",
        ),
        click.option("--threads", type=click.IntRange(1), help="With --method qat: processor threads; default 2."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def method_problems(options: dict[str, Any]) -> list[Problem]:
    """Return what does not go together."""
    from cabin.errors import Problem

    if options["method"] == "qat":
        if options["form"] in ("fp32", "fp16"):
            return [Problem("nothing is learnt for floats", "--method qat", options["form"], "int8, int4 or nf4")]
        return []
    names = [name for name in ("steps", "batch", "peak_rate", "teacher", "threads") if options[name] is not None]
    return [Problem("nothing is trained", f"--{n.replace('_', '-')}", hint="Give --method qat.") for n in names]


def train_for(
    app: App, source: Path, scheme: Scheme, options: dict[str, Any], tell: Callable[[str, int, int], None]
) -> Path | None:
    """Return an FP32 folder trained for the scheme, kept in the cache; None with --method ptq. Raises CabinError."""
    if options["method"] == "ptq":
        return None
    from cabin import paths
    from cabin.slm.corpus import Corpus

    need_build_extra("torch")
    from cabin.slm.training.qat import QatPlan, make_ready

    given = {name: options[name] for name in _DEFAULTS if options[name] is not None}
    plan = QatPlan(scheme, **{**_DEFAULTS, **given}, seed=options["seed"], teacher=options["teacher"])
    tell("reading the catalogs' sentences", 0, 1)
    corpus = Corpus(load_sentences(app, options["catalogs"]), seed=options["seed"])

    def hear(what: str, progress: Progress | None) -> None:
        tell(what, progress.step if progress else 0, plan.steps)

    return make_ready(source, plan, corpus, paths.cache_dir(app.environ) / "qat", hear, options["threads"] or 2)
