"""What `cabin model quantize` and `cabin model compare` share: the sentences measured on, and a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cabin.cli.app import App
from cabin.cli.model_build import load_sentences
from cabin.cli.output import console

if TYPE_CHECKING:
    from cabin.quantization.forcing import ForcedSentence
    from cabin.quantization.quantizing import Bench
    from cabin.quantization.scheme import Scheme
    from cabin.quantization.sensitivity import Sensitivity
    from cabin.slm.evaluation import Case
    from cabin.slm.examples import Example

__all__ = ["check_source", "held_back", "measure_bench", "measuring_options", "progress", "sensitivity_of"]

Command = TypeVar("Command", bound=Callable[..., Any])


def measuring_options(default: int) -> Callable[[Command], Command]:
    """Return a decorator with --catalog, --gold, --sentences, --seed and --backend."""
    from cabin.cli.options import catalog_option

    options = (
        catalog_option,
        click.option(
            "--gold",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Measure on these labelled sentences instead of held-back patterns.",
        ),
        click.option(
            "--sentences",
            type=click.IntRange(0),
            default=default,
            show_default=True,
            help="How many sentences of held-back patterns to measure on.",
        ),
        click.option("--seed", type=int, default=1, show_default=True, help="Which sentences are drawn."),
        click.option("--backend", default="onnx", show_default=True, help="A quantizer that a plugin registered."),
    )

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def check_source(source: Path) -> None:
    """Raise ModelError unless there are FP32 weights: told before catalogs are read."""
    from cabin.errors import ModelError, Problem
    from cabin.slm.package import read_info

    read_info(source)
    if not (source / "weights.npz").is_file():
        hint = "Give the folder of `cabin model build --keep-fp32`."
        raise ModelError(Problem("no FP32 weights to quantize", str(source), "no weights.npz", hint=hint))


def held_back(app: App, catalogs: tuple[Path, ...], count: int, seed: int) -> list[Example]:
    """Return sentences of patterns that training never sees."""
    from cabin.slm.corpus import Corpus

    return list(islice(Corpus(load_sentences(app, catalogs)).stream("held_back", seed), count))


def measure_bench(app: App, cases: list[Case], backend: str, tell: Callable[[str, int, int], None]) -> Bench:
    """Return the quantizer and the engine of a backend with what measuring needs."""
    from cabin import paths
    from cabin.quantization.quantizing import Bench

    quantizer = app.plugins.quantizers.get(backend, "--backend").thing()
    app.plugins.inference_backends.get(backend, "--backend")
    return Bench(cases, quantizer, backend, app.environ, paths.cache_dir(app.environ) / "quantization", tell)


def sensitivity_of(
    app: App, source: Path, examples: list[Example], high: Scheme, low: Scheme, bench: Bench
) -> Sensitivity:
    """Measure what each product costs in few bits, over right writings of the examples. Raises ModelError."""
    from tokenizers import Tokenizer

    from cabin.errors import ModelError, Problem
    from cabin.quantization.forcing import force
    from cabin.quantization.sensitivity import measure_sensitivity
    from cabin.slm.grammar import CallGrammar
    from cabin.slm.package import read_info
    from cabin.slm.vocabulary import Vocabulary

    info = read_info(source)
    try:
        tokenizer = Tokenizer.from_str((source / "tokenizer.json").read_text(encoding="utf-8"))
    except Exception as error:  # the library raises plain Exception
        raise ModelError(Problem("the tokenizer cannot be read", str(source), str(error))) from error
    sentences: list[ForcedSentence] = force(examples, CallGrammar(info.spec, Vocabulary(tokenizer, info.control)))
    if not sentences:
        hint = "Give the catalogs that the model was built for (--catalog)."
        raise ModelError(Problem("no sentence can be written with the model's calls", str(source), hint=hint))
    bench.work.mkdir(parents=True, exist_ok=True)
    return measure_sensitivity(
        source,
        sentences,
        high,
        low,
        quantizer=bench.quantizer,
        backend=app.plugins.inference_backends.get(bench.backend).thing,
        work=bench.work,
        tell=lambda done, of: bench.tell(f"each product in {low.name}", done, of),
    )


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function (what, done, of): a bar with the time left on a terminal, else a line for each new `what`."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    show = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    told = ""
    with Progress(*columns, TimeRemainingColumn(), console=show, disable=not show.is_terminal) as bar:
        task = bar.add_task("reading", total=None)

        def tell(what: str, done: int, of: int) -> None:
            nonlocal told
            if what != told:
                told = what
                bar.reset(task, total=of, description=what)
                if not show.is_terminal:
                    show.print(f"{what} (0 of {of})" if of > 1 else what)
            bar.update(task, completed=done, total=of)

        yield tell
