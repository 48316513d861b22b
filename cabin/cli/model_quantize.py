"""`cabin model quantize`: the model in another number format, with a report of what that did, beside FP32."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cabin.cli.app import App, pass_app
from cabin.cli.aware import method_options, method_problems, train_for
from cabin.cli.measuring import check_source, held_back, measure_bench, measuring_options, progress, sensitivity_of
from cabin.cli.model_build import need_build_extra
from cabin.cli.options import json_option
from cabin.cli.output import console, print_json, print_table

if TYPE_CHECKING:
    from cabin.quantization.quantizing import Bench
    from cabin.quantization.report import QuantizationReport
    from cabin.quantization.scheme import Scheme
    from cabin.slm.examples import Example

__all__ = ["quantize", "two_schemes"]

_SENSITIVITY_SENTENCES = 100
_DEFAULT_GRANULARITY = {"int4": "group:32", "nf4": "group:64"}
"""What four bits need; int8 does with one scale a channel."""


@click.command(
    epilog="\b\nExamples:\n  cabin model quantize --from build/fp32 --out /tmp/int8 --html /tmp/int8.html\n"
    "  cabin model quantize --from build/fp32 --out /tmp/int4 --scheme int4 --granularity group:32 --calibration mse\n"
    "  cabin model quantize --from build/fp32 --out /tmp/int4 --scheme int4 --method qat --steps 300\n"
    "  cabin model quantize --from build/fp32 --out /tmp/mixed --scheme mixed --max-loss 0.3"
)
@click.option(
    "--from", "source", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder of --keep-fp32."
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The model folder to write."
)
@click.option(
    "--scheme",
    "form",
    type=click.Choice(["fp32", "fp16", "int8", "int4", "nf4", "mixed"]),
    default="int8",
    show_default=True,
    help="The number format; mixed: of two, chosen product by product by measured sensitivity.",
)
@click.option(
    "--granularity",
    help="What shares a scale: tensor, channel or group:N. Default: channel; of int4 group:32, of nf4 group:64.",
)
@click.option("--affine", is_flag=True, help="With a zero point (integers).")
@click.option(
    "--calibration",
    type=click.Choice(["minmax", "percentile", "mse"]),
    default="minmax",
    show_default=True,
    help="How the range of each scale is found.",
)
@click.option(
    "--percentile",
    type=click.FloatRange(50, 100),
    default=99.9,
    show_default=True,
    help="With --calibration percentile: how much of the weights a range holds.",
)
@click.option(
    "--mix",
    default="int8-channel,int4-group32",
    show_default=True,
    metavar="HIGH,LOW",
    help="With --scheme mixed: the format of the sensitive products and that of the others.",
)
@click.option("--max-mb", type=click.FloatRange(0), help="With --scheme mixed: the whole folder's size, 10^6 bytes.")
@click.option(
    "--max-loss",
    type=float,
    help="Points of `function` that may be lost; more writes nothing and exits with 1. With --scheme mixed and no "
    "--max-mb: as many products in few bits as this allows.",
)
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Also write the report as a page with plots."
)
@method_options
@measuring_options(300)
@json_option
@pass_app
def quantize(app: App, /, source: Path, out: Path, html: Path | None, as_json: bool, **options: Any) -> None:
    """Write a model in another number format, and report what that did: bytes, errors, accuracy, speed, memory.

    FP32 and the result parse the same sentences in one run. `--sentences 0` measures nothing and takes seconds.
    """
    need_build_extra("onnx")
    from cabin.quantization.page import check_writable, write_text
    from cabin.quantization.report_page import report_page

    check_writable(html, "--html")
    _check_options(options)
    scheme = _scheme(options)
    check_source(source)
    with progress() as tell:
        examples, bench = _bench(app, options, tell)
        if scheme is None:
            report = _quantize_mixed(app, source, out, options, examples, bench)
        else:
            from cabin.quantization.quantizing import quantize_measured

            trained = train_for(app, source, scheme, options, tell)
            report = quantize_measured(source, out, scheme, bench, max_loss=options["max_loss"], trained=trained)
    if html is not None:
        write_text(html, report_page(report))
    if as_json:
        print_json(report.to_json())
    else:
        _print(report, out)


def _check_options(options: dict[str, Any]) -> None:
    """Raise UsageError, with all that is wrong, for options that do not go together."""
    from cabin.errors import Problem, UsageError

    is_mixed = options["form"] == "mixed"
    problems = method_problems(options)
    if options["form"] == "nf4" and options["affine"]:
        problems.append(Problem("nf4 has no zero point", "--affine", hint="Leave it out."))
    if options["max_mb"] is not None and not is_mixed:
        problems.append(Problem("a size is for --scheme mixed", "--max-mb", options["form"], "mixed"))
    if is_mixed and options["max_mb"] is None and options["max_loss"] is None:
        expected = "--max-mb or --max-loss"
        problems.append(Problem("a mixture needs a limit", "--scheme mixed", expected=expected))
    if options["max_loss"] is not None and not options["sentences"] and options["gold"] is None:
        problems.append(Problem("a loss is measured on sentences", "--sentences", "0", "1 or more"))
    if problems:
        raise UsageError(problems)


def _bench(app: App, options: dict[str, Any], tell: Any) -> tuple[list[Example], Bench]:
    """Read the sentences; those of a mixture's sensitivity are of held-back patterns in any case."""
    from cabin.slm.evaluation import cases_of, read_gold

    cases = read_gold(options["gold"]) if options["gold"] else []
    count = 0 if cases else options["sentences"]
    drawn = max(count, _SENSITIVITY_SENTENCES if options["form"] == "mixed" else 0)
    tell("reading the catalogs' sentences" if drawn else "reading", 0, 1)
    examples = held_back(app, options["catalogs"], drawn, options["seed"]) if drawn else []
    return examples, measure_bench(app, cases or cases_of(examples[:count]), options["backend"], tell)


def _scheme(options: dict[str, Any]) -> Scheme | None:
    """Return what --scheme and its options ask for; None: a mixture. Raises UsageError."""
    from cabin.quantization.scheme import Scheme, parse_granularity

    form = options["form"]
    if form == "mixed":
        two_schemes(options["mix"])
        return None
    kind, group = parse_granularity(options["granularity"] or _DEFAULT_GRANULARITY.get(form, "channel"))
    return Scheme(form, kind, group, not options["affine"], options["calibration"], options["percentile"])


def _quantize_mixed(
    app: App, source: Path, out: Path, options: dict[str, Any], examples: list[Example], bench: Bench
) -> QuantizationReport:
    """Measure the sensitivity, choose, and quantize what was chosen."""
    from cabin.quantization.mixing import mix_within_bytes, mix_within_loss
    from cabin.quantization.quantizing import folder_bytes, quantize_measured
    from cabin.quantization.scheme import Scheme

    high, low = two_schemes(options["mix"])
    table = sensitivity_of(app, source, examples[:_SENSITIVITY_SENTENCES], high, low, bench)
    if options["max_mb"] is not None:
        with bench.scratch() as folder:
            bench.quantizer.quantize(source, folder / "high", high)
            mixture = mix_within_bytes(table, folder_bytes(folder / "high"), int(1e6 * options["max_mb"]))
    else:
        best = bench.function(source, Scheme("fp32"))
        mixture = mix_within_loss(table, options["max_loss"], lambda s: round(best - bench.function(source, s), 2))
    facts = table.to_json()
    for row in facts["products"]:
        row["chosen"] = row["name"] in dict(mixture.scheme.overrides)
    facts["tried"] = [{"products": count, "function_lost": lost} for count, lost in mixture.tried]
    trained = train_for(app, source, mixture.scheme, options, bench.tell)
    most = options["max_loss"]
    return quantize_measured(source, out, mixture.scheme, bench, max_loss=most, sensitivity=facts, trained=trained)


def two_schemes(text: str) -> tuple[Scheme, Scheme]:
    """Read the two formats of a mixture. Raises UsageError."""
    from cabin.errors import Problem, UsageError
    from cabin.quantization.scheme import parse_scheme

    names = text.split(",")
    if len(names) != 2:
        raise UsageError(Problem("two schemes are wanted", "--mix", text, "HIGH,LOW"))
    high, low = (parse_scheme(name, "--mix") for name in names)
    if high.bits <= low.bits:
        raise UsageError(Problem("the first must have more bits than the second", "--mix", text))
    return high, low


def _print(report: QuantizationReport, out: Path) -> None:
    rows = [(t.name, f"{t.worst:.2e}", f"{t.mean:.2e}", f"{t.signal_to_noise_db:.1f}", t.bytes) for t in report.tensors]
    print_table(("tensor", "worst", "mean", "dB", "bytes"), rows)
    measured = report.measured
    if "small" in measured:
        before, after = measured["fp32"], measured["small"]
        figures = [(name, value, after["figures"].get(name)) for name, value in before["figures"].items()]
        costs = [(name, value, after[name]) for name, value in before.items() if name != "figures"]
        print_table(("measured", "FP32", report.scheme.name), [*figures, *costs])
    name = report.scheme.name
    console().print(f"{out}: {name}, {report.bytes_before / 1e6:.1f} -> {report.bytes_after / 1e6:.1f} MB")
