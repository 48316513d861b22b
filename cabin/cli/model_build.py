"""`cabin model build`: a model trained on catalogs, and the catalogs' sentences for it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import catalog_option, json_option
from cabin.cli.output import console, print_json, print_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as ProgressBar

    from cabin.catalog.schema import Catalog
    from cabin.slm.evaluation import Case
    from cabin.slm.training.build import BuildResult
    from cabin.slm.training.plan import BuildPlan
    from cabin.slm.training.trainer import Progress

__all__ = ["build", "load_sentences", "need_build_extra"]


@click.command(
    epilog="\b\nExamples:\n  cabin model build --out models/intent\n"
    "  cabin model build --catalog examples/coffee/catalog --out /tmp/coffee --quick"
)
@catalog_option
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The model folder to write."
)
@click.option("--quick", is_flag=True, help="A smaller model after fewer steps: for a new catalog, in minutes.")
@click.option("--steps", type=click.IntRange(1), help="Training steps; default 7000, with --quick 500.")
@click.option("--layers", type=click.IntRange(1, 30), help="Layers kept of the base model; default 8, with --quick 5.")
@click.option(
    "--text-tokens",
    type=click.IntRange(1000, 49152),
    default=12_000,
    show_default=True,
    help="Entries of the base vocabulary kept.",
)
@click.option("--batch", type=click.IntRange(1), default=64, show_default=True, help="Sentences a step.")
@click.option(
    "--peak-rate",
    type=click.FloatRange(0, min_open=True),
    help="Highest learning rate; the default is what trials favoured.",
)
@click.option(
    "--average",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="End in a moving average of the weights with this decay, say 0.99; 0: in the last weights.",
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True, help="Processor threads for training.")
@click.option(
    "--max-loss", type=float, default=1.0, show_default=True, help="Points of `function` that quantizing may cost."
)
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path, file_okay=False),
    help="Go on from this folder of --keep-fp32 instead of the base model.",
)
@click.option(
    "--keep-fp32",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also keep the FP32 weights in this folder, for `cabin model quantize`.",
)
@click.option(
    "--calibrate-on",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Labelled sentences to fit confidence on, besides held-back patterns.",
)
@json_option
@pass_app
def build(
    app: App,
    catalogs: tuple[Path, ...],
    out: Path,
    quick: bool,
    steps: int | None,
    layers: int | None,
    text_tokens: int,
    batch: int,
    peak_rate: float | None,
    average: float,
    seed: int,
    threads: int,
    max_loss: float,
    keep_fp32: Path | None,
    start: Path | None,
    calibrate_on: Path | None,
    as_json: bool,
) -> None:
    """Train a model on the sentences of the catalogs, quantize it to INT8, measure it, write it whole or not at all.

    Ctrl-C keeps a checkpoint; the same command goes on from it. Needs the extra `build` (torch, onnx, gguf).
    """
    need_build_extra("torch", "onnx", "gguf")
    from cabin.slm.evaluation import read_gold
    from cabin.slm.training.plan import BuildPlan, quick_plan

    written = read_gold(calibrate_on) if calibrate_on else []
    base = _base_model(app)
    plan = (quick_plan() if quick else BuildPlan()).changed(
        text_tokens=text_tokens, batch=batch, average=average, seed=seed, threads=threads, max_loss=max_loss
    )
    given = {"steps": steps, "layers": layers, "peak_rate": peak_rate}
    plan = plan.changed(**{name: value for name, value in given.items() if value is not None})
    result = _build(app, load_sentences(app, catalogs), base, out, plan, keep_fp32, start, written)
    if as_json:
        print_json(result)
    else:
        rows = [(name, result.figures_before.get(name), value) for name, value in result.figures_after.items()]
        print_table(("held-back text", "FP32", plan.scheme.name), rows)
        console().print(f"{result.folder}: {result.bytes_on_disk / 1e6:.1f} MB")


def load_sentences(app: App, catalogs: tuple[Path, ...]) -> Catalog:
    """Load catalogs with all their sentences; a stranger's catalog is taught with the first-party refusals."""
    from cabin.catalog.loader import load_catalog

    installed = app.plugins.catalog_dirs()
    if not catalogs:
        return load_catalog(installed, sentences=True)
    own = load_catalog(catalogs, sentences=True)
    others = load_catalog(installed, sentences=True)  # whole: their refusals speak of lists of all plugins
    return replace(own, refusals=(*own.refusals, *others.refusals), lists={**others.lists, **own.lists})


def need_build_extra(*modules: str) -> None:
    """Raise UsageError unless the modules of the extra `build` are installed."""
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        from cabin.errors import Problem, UsageError

        what = f"this command needs the extra `build`: {', '.join(missing)} is not installed"
        raise UsageError(Problem(what, hint="Install it with: pip install 'cabin[build]'."))


def _base_model(app: App) -> Path:
    """Return the GGUF file of the base model. Raises ModelError when it is not there."""
    from cabin.errors import ModelError, Problem

    folder = app.model_dir("smollm2-135m")
    for path in sorted(folder.glob("*.gguf")):
        return path
    hint = "Fetch it with `cabin models get smollm2-135m`."
    raise ModelError(Problem("the base model is not there", str(folder), hint=hint))


def _build(
    app: App,
    catalog: Catalog,
    base: Path,
    out: Path,
    plan: BuildPlan,
    keep_fp32: Path | None,
    start: Path | None,
    written: Sequence[Case],
) -> BuildResult:
    """Run the build with a progress bar on standard error."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as ProgressBar

    from cabin import paths
    from cabin.slm.training.build import build_model

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
    )
    show = console(stderr=True)
    with ProgressBar(*columns, console=show, disable=not show.is_terminal) as bar:
        return build_model(
            catalog,
            base,
            out,
            plan,
            work=paths.cache_dir(app.environ) / "build",
            quantizer=app.plugins.quantizers.get("onnx").thing(),
            backend=app.plugins.inference_backends.get("onnx").thing,
            tell=_teller(show, bar, plan.steps),
            keep_fp32=keep_fp32,
            start=start,
            written=written,
        )


def _teller(show: Console, bar: ProgressBar, steps: int) -> Callable[[str, Progress | None], None]:
    """Return what tells how far the build is: a bar on a terminal, a line every 100 steps in a log."""
    task = bar.add_task("building", total=steps)

    def tell(what: str, progress: Progress | None) -> None:
        if progress is None:
            show.print(what)
            return
        text = f"loss {progress.loss:.3f}, {100 * progress.right:.1f} % of choices right"
        bar.update(task, completed=progress.step, description=text)
        if not show.is_terminal and progress.step % 100 == 0:
            left = f"{progress.seconds_left / 60:.0f} min left"
            show.print(f"step {progress.step} of {steps}: {text}, {left}")

    return tell
