"""`cabin model`: the intent model built, quantized, measured and looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import catalog_option, json_option, model_option
from cabin.cli.output import console, print_json, print_table

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog
    from cabin.slm.training.build import BuildPlan
    from cabin.slm.training.trainer import Progress

__all__ = ["model"]


@click.group(epilog="\b\nExamples:\n  cabin model info\n  cabin model evaluate --gold sentences.jsonl\n  cabin model build --out models/intent")
def model() -> None:
    """Build, quantize, evaluate and look at the intent model."""


@model.command(
    epilog="\b\nExamples:\n  cabin model build --out models/intent\n"
    "  cabin model build --catalog examples/coffee/catalog --out /tmp/coffee --quick"
)
@catalog_option
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The model folder to write."
)
@click.option("--quick", is_flag=True, help="A smaller model after fewer steps: for a new catalog, in minutes.")
@click.option("--steps", type=click.IntRange(1), help="Training steps; default 3000, with --quick 500.")
@click.option("--layers", type=click.IntRange(1, 30), help="Layers kept of the base model; default 8, with --quick 5.")
@click.option(
    "--text-tokens",
    type=click.IntRange(1000, 49152),
    default=12_000,
    show_default=True,
    help="Entries of the base vocabulary kept.",
)
@click.option("--batch", type=click.IntRange(1), default=128, show_default=True, help="Sentences a step.")
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
@json_option
@pass_app
def build(
    app: App, catalogs: tuple[Path, ...], out: Path, quick: bool, steps: int | None, layers: int | None, text_tokens: int,
    batch: int, seed: int, threads: int, max_loss: float, keep_fp32: Path | None, start: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Train a model on the sentences of the catalogs, quantize it to INT8, measure it, and write it whole or not at all.

    Ctrl-C keeps a checkpoint; the same command goes on from it. Needs the extra `build` (torch, onnx, gguf).
    """
    from cabin.errors import ModelError, Problem
    from cabin.slm.training.plan import BuildPlan, quick_plan

    base = app.model_dir("smollm2-135m")
    files = sorted(base.glob("*.gguf"))
    if not files:
        raise ModelError(
            Problem("the base model is not there", str(base), hint="Fetch it with `cabin models get smollm2-135m`.")
        )
    plan = quick_plan() if quick else BuildPlan()
    given = {"steps": steps, "layers": layers}
    plan = plan.changed(
        text_tokens=text_tokens, batch=batch, seed=seed, threads=threads, max_loss=max_loss,
        **{name: value for name, value in given.items() if value is not None},
    )  # fmt: skip
    result = _build(app, _sentences(app, catalogs), files[0], out, plan, keep_fp32, start)
    if as_json:
        print_json(result)
    else:
        rows = [(name, result.figures_before.get(name), value) for name, value in result.figures_after.items()]
        print_table(("held-back text", "FP32", plan.scheme.name), rows)
        console().print(f"{result.folder}: {result.bytes_on_disk / 1e6:.1f} MB")


def _build(app: App, catalog: Catalog, base: Path, out: Path, plan: BuildPlan, keep_fp32: Path | None, start: Path | None) -> Any:
    """Run the build with a progress bar on standard error."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from cabin import paths
    from cabin.slm.training.build import build_model

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeRemainingColumn(),
    )
    show = console(stderr=True)
    with Progress(*columns, console=show, disable=not show.is_terminal) as bar:
        task = bar.add_task("building", total=plan.steps)

        def tell(what: str, progress: Progress | None) -> None:  # type: ignore[valid-type]
            if progress is None:
                show.print(what)
                return
            text = f"loss {progress.loss:.3f}, {100 * progress.right:.1f} % of choices right"  # type: ignore[attr-defined]
            bar.update(task, completed=progress.step, description=text)  # type: ignore[attr-defined]
            if not show.is_terminal and progress.step % 100 == 0:  # type: ignore[attr-defined]
                left = f"{progress.seconds_left / 60:.0f} min left"  # type: ignore[attr-defined]
                show.print(f"step {progress.step} of {plan.steps}: {text}, {left}")  # type: ignore[attr-defined]

        return build_model(
            catalog,
            base,
            out,
            plan,
            work=paths.cache_dir(app.environ) / "build",
            quantizer=app.plugins.quantizers.get("onnx").thing(),
            backend=app.plugins.inference_backends.get("onnx").thing,
            tell=tell,
            keep_fp32=keep_fp32,
            start=start,
        )


def _sentences(app: App, catalogs: tuple[Path, ...]) -> Catalog:
    """Load catalogs with all their sentences; a stranger's catalog is taught with the first-party refusals."""
    from cabin.catalog.loader import load_catalog

    dirs = list(catalogs) or app.plugins.catalog_dirs()
    if catalogs:
        dirs += [entry for entry in app.plugins.catalog_dirs() if (entry[1] / "refusals").is_dir()]
    return load_catalog(dirs, sentences=True)


@model.command(epilog="\b\nExample:\n  cabin model text --count 20\n  cabin model text --catalog my/catalog --json")
@catalog_option
@click.option("--count", type=click.IntRange(1), default=20, show_default=True, help="How many sentences.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--held-back", is_flag=True, help="From the patterns that training never sees.")
@json_option
@pass_app
def text(app: App, catalogs: tuple[Path, ...], count: int, seed: int, held_back: bool, as_json: bool) -> None:
    """Print sentences as the model will see them, each with what it means and the pattern that it came from."""
    from itertools import islice

    from cabin.slm.corpus import Corpus

    corpus = Corpus(_sentences(app, catalogs))
    examples = islice(corpus.stream("held_back" if held_back else "train", seed), count)
    if as_json:
        for example in examples:
            print_json(example)
        return
    rows = [
        (e.text, "; ".join(f"{i} {dict(s) or ''}" for i, s in e.calls) or e.refused, f"{e.where}: {e.template}")
        for e in examples
    ]
    print_table(("sentence", "means", "pattern"), rows)


@model.command(epilog="\b\nExample:\n  cabin model evaluate --gold sentences.jsonl --errors 20")
@model_option
@catalog_option
@click.option(
    "--gold",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Labelled sentences; without it, held-back patterns.",
)
@click.option(
    "--count", type=click.IntRange(1), default=2000, show_default=True, help="Sentences of held-back patterns."
)
@click.option("--errors", type=click.IntRange(0), default=0, help="How many wrong sentences to print.")
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to look through the errors."
)
@json_option
@pass_app
def evaluate(
    app: App, model: Path | None, catalogs: tuple[Path, ...], gold: Path | None, count: int, errors: int, html: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Measure the model: function, exact, wrong acts, false acts, calibration, the worst devices."""
    from itertools import islice

    from cabin.assembly import open_catalog, open_parser
    from cabin.slm.confidence import expected_calibration_error
    from cabin.slm.corpus import Corpus
    from cabin.slm.evaluation import cases_of, evaluate, read_gold
    from cabin.slm.evaluation_page import write_page

    parser = open_parser(app.plugins, app.config, open_catalog(app.plugins, catalogs), model, app.model_dir)
    cases = (
        read_gold(gold) if gold else cases_of(islice(Corpus(_sentences(app, catalogs)).stream("held_back", 1), count))
    )
    result = evaluate(parser.parse, cases)
    figures = {**result.figures(), "calibration_error": round(expected_calibration_error(result.outcomes), 4)}
    if html is not None:
        write_page(html, result, figures)
    if as_json:
        print_json({"figures": figures, "errors": result.errors[:errors]})
        return
    print_table(("figure", "value"), list(figures.items()))
    worst = sorted(
        result.by_device.items(), key=lambda item: item[1]["function"] + item[1]["exact"] - 2 * item[1]["sentences"]
    )
    rows = [
        (d, c["sentences"], c["function"], c["exact"], c["wrong_act"], c["missed"], c["false_act"])
        for d, c in worst[:15]
    ]
    print_table(("device", "sentences", "function", "exact", "wrong", "missed", "false"), rows)
    for error in result.errors[:errors]:
        print_json(error)


@model.command(
    epilog="\b\nExample:\n  cabin model quantize --from build/fp32 --out /tmp/int4 --scheme int4 --granularity group:32"
)
@click.option(
    "--from", "source", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder of --keep-fp32."
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The model folder to write."
)
@click.option(
    "--scheme",
    type=click.Choice(["fp32", "fp16", "int8", "int4"]),
    default="int8",
    show_default=True,
    help="The number format.",
)
@click.option(
    "--granularity", default="channel", show_default=True, help="What shares a scale: tensor, channel or group:N."
)
@click.option("--affine", is_flag=True, help="With a zero point (grouped formats).")
@click.option("--backend", default="onnx", show_default=True, help="A quantizer that a plugin registered.")
@json_option
@pass_app
def quantize(
    app: App, source: Path, out: Path, scheme: str, granularity: str, affine: bool, backend: str, as_json: bool
) -> None:
    """Write a model in another number format, and report what that did to every tensor."""
    from cabin.quantization.scheme import Scheme, parse_granularity

    kind, group = parse_granularity(granularity)
    chosen = Scheme(scheme, kind, group, not affine)  # type: ignore[arg-type]
    report = app.plugins.quantizers.get(backend, "--backend").thing().quantize(source, out, chosen)
    if as_json:
        print_json(report.to_json())
        return
    rows = [(t.name, f"{t.worst:.2e}", f"{t.mean:.2e}", f"{t.signal_to_noise_db:.1f}", t.bytes) for t in report.tensors]
    print_table(("tensor", "worst", "mean", "dB", "bytes"), rows)
    console().print(f"{out}: {chosen.name}, {report.bytes_before / 1e6:.1f} -> {report.bytes_after / 1e6:.1f} MB")


@model.command(epilog="\b\nExample:\n  cabin model info\n  cabin model info --model /tmp/coffee --json")
@model_option
@json_option
@pass_app
def info(app: App, model: Path | None, as_json: bool) -> None:
    """Show what a model is: architecture, number format, files, what it was built from; its files are verified."""
    import json

    from cabin.slm.package import read_calibration, read_info, verify

    folder = model or app.model_dir(app.config.parser.model)
    known = read_info(folder)
    verify(folder)
    report = (
        json.loads((folder / "quantization.json").read_text(encoding="utf-8"))
        if (folder / "quantization.json").is_file()
        else {}
    )
    facts = {
        "folder": folder,
        "number_format": known.number_format,
        "bytes": sum(path.stat().st_size for path in folder.iterdir()),
        "parameters": known.architecture.parameters,
        "architecture": known.architecture.to_json(),
        "intents": len(known.spec.slots),
        "calibration": read_calibration(folder),
        "provenance": known.provenance,
        "measured": report.get("measured", {}),
    }
    if as_json:
        print_json(facts)
    else:
        print_table(("what", "value"), [(name, str(value)) for name, value in facts.items()])
