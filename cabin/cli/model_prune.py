"""`cabin model prune`: whole neurons and layers taken out of a trained model, which then goes on training."""

from __future__ import annotations

from pathlib import Path

import click

from cabin.cli.app import App, pass_app
from cabin.cli.model_build import load_sentences, need_build_extra
from cabin.cli.options import catalog_option, json_option
from cabin.cli.output import console, print_json, print_table

__all__ = ["prune"]


@click.command(
    epilog="\b\nExamples:\n  cabin model prune --from build/fp32 --out build/pruned --feed-forward 1024\n"
    "  cabin model build --from build/pruned --out /tmp/pruned --steps 1500 --teacher build/fp32"
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A model folder: of --keep-fp32, or another.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The FP32 folder to write, for `cabin model build --from`.",
)
@click.option("--feed-forward", type=click.IntRange(1), help="Neurons that each feed-forward part keeps.")
@click.option("--layers", type=click.IntRange(1), help="Layers kept.")
@click.option(
    "--sentences",
    type=click.IntRange(1),
    default=1024,
    show_default=True,
    help="Sentences of the training text on which importance is measured.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Which sentences are drawn.")
@catalog_option
@json_option
@pass_app
def prune(
    app: App,
    source: Path,
    out: Path,
    feed_forward: int | None,
    layers: int | None,
    sentences: int,
    seed: int,
    catalogs: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Take out what matters least; the model is worse until `cabin model build --from` has trained it further."""
    need_build_extra("torch")
    from cabin.errors import Problem, UsageError
    from cabin.slm.corpus import Corpus
    from cabin.slm.package import read_info

    if feed_forward is None and layers is None:
        raise UsageError(Problem("it is not said what to take out", expected="--feed-forward, --layers or both"))
    read_info(source)
    from cabin.slm.training.prune import prune_model

    corpus = Corpus(load_sentences(app, catalogs), seed=seed)
    found = prune_model(
        source,
        out,
        corpus,
        layers=layers,
        feed_forward=feed_forward,
        sentences=sentences,
        seed=seed,
        tell=console(stderr=True).print,
    )
    if as_json:
        print_json(found)
        return
    rows = [
        ("million parameters", f"{found.parameters_before / 1e6:.1f}", f"{found.parameters_after / 1e6:.1f}"),
        ("loss on held-back text", f"{found.loss_before:.3f}", f"{found.loss_after:.3f}"),
    ]
    print_table(("what", "before", "after"), rows)
    console().print(f"{out}: layers {', '.join(map(str, found.layers))}; {found.feed_forward} neurons each")
