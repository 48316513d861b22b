"""`cabin model build`: a model trained on catalogs, and the catalogs' sentences for it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import catalog_option, json_option
from cabin.cli.output import console, print_json, print_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as ProgressBar

    from cabin.catalog.schema import Catalog
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
@click.option(
    "--quick",
    is_flag=True,
    help="For a new catalog, in minutes: fewer steps, from the configured model on, else 5 layers of the base model.",
)
@click.option("--steps", type=click.IntRange(1), help="Training steps; default 7000, with --quick 400.")
@click.option("--layers", type=click.IntRange(1, 30), help="Layers kept of the base model; default 8.")
@click.option(
    "--text-tokens", type=click.IntRange(1000, 49152), help="Entries of the base vocabulary kept; default 12000."
)
@click.option("--batch", type=click.IntRange(1), help="Sentences a step; default 64.")
@click.option("--peak-rate", type=click.FloatRange(0, min_open=True), help="Highest learning rate; default 0.0012.")
@click.option(
    "--average",
    type=click.FloatRange(0, 1, max_open=True),
    help="End in a moving average of the weights with this decay, say 0.99; default: in the last weights.",
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
    help="Go on from this model folder, FP32 or quantized, instead of the base model; the rate begins anew.",
)
@click.option(
    "--teacher",
    type=click.Path(path_type=Path, file_okay=False),
    help="Distil from this model folder: same catalogs and text tokens, more layers, say.",
)
@click.option("--temperature", type=click.FloatRange(0, min_open=True), help="Of distilling; default 2.")
@click.option("--teacher-share", type=click.FloatRange(0, 1), help="Its share of the loss; default 0.5.")
@click.option(
    "--qat",
    metavar="SCHEME",
    help="Quantize to this scheme (int8-channel, int4-group32, nf4-group64-mse, ...), and train for it at the end.",
)
@click.option("--qat-steps", type=click.IntRange(1), help="Steps of that last stage; default 300.")
@click.option("--qat-rate", type=click.FloatRange(0, min_open=True), help="Its highest learning rate; default 0.0001.")
@click.option(
    "--keep-fp32",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also keep the FP32 weights in this folder, for `cabin model quantize`.",
)
@click.option(
    "--calibrate-on",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Labelled sentences to fit confidence on, instead of held-back patterns.",
)
@json_option
@pass_app
def build(
    app: App,
    /,
    catalogs: tuple[Path, ...],
    out: Path,
    quick: bool,
    keep_fp32: Path | None,
    start: Path | None,
    teacher: Path | None,
    calibrate_on: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Train a model on the sentences of the catalogs, quantize it to INT8, measure it, write it whole or not at all.

    Ctrl-C keeps a checkpoint; the same command goes on from it. Needs the extra `build` (torch, onnx, gguf).
    """
    need_build_extra("torch", "onnx", "gguf")
    from cabin.slm.evaluation import read_gold

    written = read_gold(calibrate_on) if calibrate_on else []
    if start is None and quick and options["layers"] is None and options["text_tokens"] is None:
        start = _configured_model(app)
    plan = _plan(quick, start, options)
    base = _base_model(app) if start is None else None
    catalog = load_sentences(app, catalogs)
    result = _build(app, catalog, base, out, plan, keep_fp32=keep_fp32, start=start, teacher=teacher, written=written)
    if as_json:
        print_json(result)
    else:
        rows = [(name, result.figures_before.get(name), value) for name, value in result.figures_after.items()]
        print_table(("held-back text", "FP32", plan.scheme.name), rows)
        console().print(f"{result.folder}: {result.bytes_on_disk / 1e6:.1f} MB")


def _plan(quick: bool, start: Path | None, options: dict[str, Any]) -> BuildPlan:
    """Return the recipe with the options that were given. Raises UsageError, with all that is wrong."""
    from cabin.errors import Problem, UsageError
    from cabin.quantization.scheme import parse_scheme
    from cabin.slm.package import read_info
    from cabin.slm.training.plan import BuildPlan, quick_plan

    given = {name: value for name, value in options.items() if value is not None}
    problems = []
    scheme = given.pop("qat", None)
    if scheme is None:
        lone = [_option(name) for name in ("qat_steps", "qat_rate") if name in given]
        problems += [Problem("there is no last stage", option, hint="Give --qat.") for option in lone]
    else:
        chosen = parse_scheme(scheme, "--qat")
        given = {"qat_steps": 300, "scheme": chosen} | given
        if chosen.bits > 8:
            problems.append(Problem("nothing is learnt for this scheme", "--qat", scheme, "int8, int4 or nf4"))
    shape = {}
    if start is not None:
        known = read_info(start)
        shape = {"layers": known.architecture.layers, "text_tokens": known.architecture.tokens - len(known.control)}
        for name, has in shape.items():
            if given.get(name, has) != has:
                what = "the model to go on from has another shape"
                problems.append(Problem(what, _option(name), str(given[name]), str(has)))
    if problems:
        raise UsageError(problems)
    return (quick_plan(start is not None) if quick else BuildPlan()).changed(**shape | given)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _configured_model(app: App) -> Path | None:
    """Return the configured model if training can go on from it: it knows how to read, copy, count and refuse."""
    folder = app.model_dir(app.config.parser.model)
    names = ("model.json", "tokenizer.json", "tensors.json")
    return folder if all((folder / name).is_file() for name in names) else None


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


def _build(app: App, catalog: Catalog, base: Path | None, out: Path, plan: BuildPlan, **folders: Any) -> BuildResult:
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
            **folders,
        )


def _teller(show: Console, bar: ProgressBar, steps: int) -> Callable[[str, Progress | None], None]:
    """Return what tells how far the build is: a bar on a terminal, a line every 100 steps in a log."""
    task = bar.add_task("building", total=steps)

    def tell(what: str, progress: Progress | None) -> None:
        if progress is None:
            show.print(what)
            return
        text = f"{what}: loss {progress.loss:.3f}, {100 * progress.right:.1f} % of choices right"
        bar.update(task, completed=progress.step, total=progress.steps, description=text)
        if not show.is_terminal and progress.step % 100 == 0:
            left = f"{progress.seconds_left / 60:.0f} min left"
            show.print(f"step {progress.step} of {progress.steps}: {text}, {left}")

    return tell
