"""`cabin model`: the intent model quantized and looked at; building and measuring are in files of their own."""

from __future__ import annotations

from pathlib import Path

import click

from cabin.cli.app import App, pass_app
from cabin.cli.model_build import build, load_sentences
from cabin.cli.model_compare import compare
from cabin.cli.model_evaluate import calibrate, evaluate
from cabin.cli.model_prune import prune
from cabin.cli.model_quantize import quantize
from cabin.cli.options import catalog_option, json_option, model_option
from cabin.cli.output import print_json, print_table

__all__ = ["model"]


@click.group(
    epilog="\b\nExamples:\n  cabin model info\n  cabin model evaluate --gold sentences.jsonl\n"
    "  cabin model build --out models/intent"
)
def model() -> None:
    """Build, quantize, evaluate and look at the intent model."""


model.add_command(build)
model.add_command(prune)
model.add_command(quantize)
model.add_command(compare)
model.add_command(evaluate)
model.add_command(calibrate)


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

    corpus = Corpus(load_sentences(app, catalogs))
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


@model.command(epilog="\b\nExample:\n  cabin model info\n  cabin model info --model /tmp/coffee --json")
@model_option
@json_option
@pass_app
def info(app: App, model: Path | None, as_json: bool) -> None:
    """Show what a model is: architecture, number format, files, what it was built from; its files are verified."""
    import json

    from cabin.slm.calibration import read_calibration
    from cabin.slm.package import read_info, verify

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
        "calibration": read_calibration(folder).to_json(),
        "provenance": known.provenance,
        "measured": report.get("measured", {}),
    }
    if as_json:
        print_json(facts)
    else:
        print_table(("what", "value"), [(name, str(value)) for name, value in facts.items()])
