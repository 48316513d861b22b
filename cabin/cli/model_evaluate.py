"""`cabin model evaluate` and `calibrate`: the intent model measured on labelled sentences, its confidence fitted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cabin.cli.app import App, pass_app
from cabin.cli.model_build import load_sentences
from cabin.cli.options import catalog_option, json_option, model_option
from cabin.cli.output import console, print_json, print_table

if TYPE_CHECKING:
    from cabin.slm.evaluation import Case, Evaluation

__all__ = ["calibrate", "evaluate"]

_gold_option = click.option(
    "--gold",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Labelled sentences; without it, held-back patterns.",
)
_count_option = click.option(
    "--count", type=click.IntRange(1), default=2000, show_default=True, help="Sentences of held-back patterns."
)


@click.command(epilog="\b\nExample:\n  cabin model evaluate --gold sentences.jsonl --errors 20 --html errors.html")
@model_option
@catalog_option
@_gold_option
@_count_option
@click.option("--errors", type=click.IntRange(0), default=0, help="How many wrong sentences to print.")
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page to look through the errors."
)
@json_option
@pass_app
def evaluate(
    app: App,
    model: Path | None,
    catalogs: tuple[Path, ...],
    gold: Path | None,
    count: int,
    errors: int,
    html: Path | None,
    as_json: bool,
) -> None:
    """Measure the model: function, exact, wrong acts, false acts, calibration, confusions, the worst devices."""
    from cabin.assembly import open_catalog, open_parser
    from cabin.slm.confidence import expected_calibration_error
    from cabin.slm.evaluation import evaluate
    from cabin.slm.evaluation_page import write_page

    parser = open_parser(app.plugins, app.config, open_catalog(app.plugins, catalogs), model, app.model_dir)
    result = evaluate(parser.parse, _cases(app, catalogs, gold, count))
    figures = {**result.figures(), "calibration_error": round(expected_calibration_error(result.outcomes), 4)}
    if html is not None:
        write_page(html, result, figures)
    if as_json:
        confusions = [{"wanted": w, "got": g, "count": n} for (w, g), n in result.confusions.most_common()]
        print_json({"figures": figures, "confusions": confusions, "errors": result.errors[:errors]})
        return
    _print_tables(result, figures)
    for error in result.errors[:errors]:
        print_json(error)


@click.command(epilog="\b\nExample:\n  cabin model calibrate --model my/model --gold sentences.jsonl")
@click.option(
    "--model", type=click.Path(path_type=Path, file_okay=False), required=True, help="The model folder to calibrate."
)
@catalog_option
@_gold_option
@_count_option
@json_option
@pass_app
def calibrate(app: App, model: Path, catalogs: tuple[Path, ...], gold: Path | None, count: int, as_json: bool) -> None:
    """Fit the model's confidence anew on sentences that it was not trained on, and choose when it acts or asks back."""
    from cabin.assembly import open_backend, open_catalog
    from cabin.errors import ModelError
    from cabin.slm.calibration import CALIBRATION_FILE, Calibration, read_calibration
    from cabin.slm.confidence import calibrate, expected_calibration_error
    from cabin.slm.evaluation import evaluate
    from cabin.slm.package import change_folder
    from cabin.slm.parser import IntentParser

    catalog = open_catalog(app.plugins, catalogs)
    engine = open_backend(app.plugins, app.config.parser, model)
    # What would be refused for doubt has to be seen; and a calibration that cannot be read is mended here, not read.
    raw = IntentParser.load(model, catalog, backend=engine, calibration=Calibration())
    judged = [each for each in evaluate(raw.parse, _cases(app, catalogs, gold, count)).judged if each.evidence]
    fitted = calibrate(judged)

    def error(calibration: Calibration) -> float:
        outcomes = [(calibration.confidence(each.evidence), each.right) for each in judged]
        return round(expected_calibration_error(outcomes), 4)

    try:
        before = error(read_calibration(model))
    except ModelError:
        before = None
    change_folder(model, lambda folder: fitted.write(folder / CALIBRATION_FILE))
    told = {
        "sentences": len(judged),
        "calibration_error_before": before,
        "calibration_error_after": error(fitted),
        **fitted.to_json(),
    }
    if as_json:
        print_json(told)
    else:
        print_table(("what", "value"), [(name, str(value)) for name, value in told.items()])
        console().print(f"{model / CALIBRATION_FILE} written.")


def _cases(app: App, catalogs: tuple[Path, ...], gold: Path | None, count: int) -> list[Case]:
    """Return labelled sentences, or as many of held-back patterns."""
    from itertools import islice

    from cabin.slm.corpus import Corpus
    from cabin.slm.evaluation import cases_of, read_gold

    if gold is not None:
        return read_gold(gold)
    return cases_of(islice(Corpus(load_sentences(app, catalogs)).stream("held_back", 1), count))


def _print_tables(result: Evaluation, figures: dict[str, float]) -> None:
    """Print the figures, the most frequent confusions and the devices with most errors."""
    print_table(("figure", "value"), list(figures.items()))
    print_table(("wanted", "got", "count"), [(w, g, n) for (w, g), n in result.confusions.most_common(15)])
    worst = sorted(
        result.by_device.items(), key=lambda item: item[1]["function"] + item[1]["exact"] - 2 * item[1]["sentences"]
    )
    counted = ("sentences", "function", "exact", "wrong_act", "missed", "false_act")
    rows = [(device, *(counts[name] for name in counted)) for device, counts in worst[:15]]
    print_table(("device", "sentences", "function", "exact", "wrong", "missed", "false"), rows)
