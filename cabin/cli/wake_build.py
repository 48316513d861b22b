"""`cabin wake build`: a detector trained for a phrase."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.options import catalog_option, json_option
from cabin.cli.output import console, print_json, print_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from cabin.messages import Samples
    from cabin.wake.training.plan import WakeBuildPlan

__all__ = ["build"]


@click.command(
    epilog='\b\nExamples:\n  cabin wake build "hey car" --out models/hey-car\n'
    '  cabin wake build "hello computer" --out /tmp/hello --quick'
)
@click.argument("phrase")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The detector's folder to write."
)
@click.option("--quick", is_flag=True, help="For a try: one voice only, two minutes.")
@click.option("--steps", type=click.IntRange(1), help="Training steps; default 1200, with --quick 300.")
@click.option("--examples", type=click.IntRange(50), help="Pieces of sound to train on; default 8000.")
@click.option("--batch", type=click.IntRange(1), help="Pieces a step; default 96.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="Processor threads for training.")
@catalog_option
@json_option
@pass_app
def build(
    app: App,
    /,
    *,
    phrase: str,
    out: Path,
    quick: bool,
    threads: int,
    catalogs: tuple[Path, ...],
    as_json: bool,
    **options: int | None,
) -> None:
    """Train a small network to hear one phrase, map it to INT8, and choose its threshold.

    It is trained on synthesized voices that say the phrase, near misses of it, and sentences of the catalogs, in rooms
    and noise; four voices choose the best state and the threshold, eight more are kept back for `cabin wake measure`.
    Half an hour on one core, most of it the voices'.
    Ctrl-C keeps all that is done; the same command goes on from it. Needs a checkout of cabin with its voices
    (scripts/voices) and the extra `build`.
    """
    from cabin.cli.model_build import load_sentences, need_build_extra

    need_build_extra("torch", "onnx")
    from cabin import paths
    from cabin.bench.noise.spoken import SpeechStore, default_folder
    from cabin.wake.phrase import parse_phrase
    from cabin.wake.training.build import build_detector
    from cabin.wake.training.plan import WakeBuildPlan, quick_plan
    from cabin.wake.training.trainer import use_threads

    wanted = parse_phrase(phrase, where="PHRASE")
    store = SpeechStore(default_folder())
    plan: WakeBuildPlan = (quick_plan() if quick else WakeBuildPlan()).changed(**options)
    use_threads(threads)
    show = console(stderr=True)
    from rich.progress import Progress

    with Progress(console=show, disable=not show.is_terminal) as bar:
        work = paths.cache_dir(app.environ) / "build"
        catalog, tell = load_sentences(app, catalogs), _teller(show, bar)
        built = build_detector(wanted, catalog, store, out, plan, work, tell, _reader(app))
    if as_json:
        print_json(built)
        return
    rows = [
        ("missed, voices not trained on", f"{100 * built.held_back['missed']:.1f} %"),
        ("pieces of 2.56 s with a false wake", f"{100 * built.held_back['false_pieces']:.1f} %"),
        ("threshold", f"{built.info.threshold:g}"),
        ("parameters", f"{built.info.parameters:,}"),
        ("on disk", f"{built.bytes_on_disk / 1e6:.2f} MB"),
    ]
    print_table(("what", "value"), rows)
    console().print(f"{out}: try it with `cabin wake measure --detector {out}`", soft_wrap=True)


def _reader(app: App) -> Callable[[Samples], str]:
    """Return what reads a sound with the configured recognizer. Raises ModelError when its files are not there."""
    from cabin.assembly import open_hearing
    from cabin.messages import Utterance

    hearing = open_hearing(app.plugins, app.config, app.model_dir)
    hearing.load()
    return lambda samples: hearing.recognize(Utterance(samples, 0.0, 0.0, "build"), 1).text


def _teller(show: Console, bar: Progress) -> Callable[[str, int, int], None]:
    """Return what tells how far the build is: a bar on a terminal, now and then a line in a log."""
    task = bar.add_task("building", total=None)
    told: dict[str, int] = {}

    def tell(what: str, done: int, of: int) -> None:
        bar.update(task, completed=done, total=of, description=what)
        part, tenth = what.partition(",")[0], 10 * done // max(1, of)
        if not show.is_terminal and told.get(part) != tenth:
            told[part] = tenth
            show.print(f"{what}: {done} of {of}")

    return tell
