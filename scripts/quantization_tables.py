"""Measure the tables of docs/quantization-measured.md on a model, and write them into the page between their marks.

python scripts/quantization_tables.py                         writes the page from docs/quantization.json
python scripts/quantization_tables.py --check                 writes nothing; exit code 1 when the page is another
python scripts/quantization_tables.py --measure build/fp32    measures all tables, keeps each, then writes the page
python scripts/quantization_tables.py --measure build/fp32 --only weights,activations --sentences 500

On an idle machine with one core, all tables of the shipped model take some 20 minutes with 300 sentences.
"""

from __future__ import annotations

import json
import platform
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

__all__ = ["main", "tables", "updated"]

PAGE, TABLES = ROOT / "docs" / "quantization-measured.md", ROOT / "docs" / "quantization.json"
WEIGHT_SCHEMES = (
    "fp16", "int8-tensor", "int8-channel", "int8-channel-affine", "int8-channel-mse", "int8-group64", "int4-tensor",
    "int4-channel", "int4-channel-mse", "int4-channel-p99.9", "int4-group64", "int4-group32", "int4-group32-affine",
    "int4-group32-mse", "int4-group16", "nf4-channel", "nf4-group64", "nf4-group32", "nf4-group32-mse",
)  # fmt: skip
ACTIVATION_SENTENCES, SENSITIVITY_SENTENCES = 50, 100


def tables(figures: Mapping[str, Any]) -> dict[str, str]:
    """Return the text of each marked block; of what is not measured, nothing."""
    made = {
        "weights": ("scheme", "bits a weight", "mean, dB", "worst, dB", "worst tensor"),
        "activations": ("input of", "largest row over median row", "one scale, dB", "a scale a row, dB"),
        "sensitivity": ("product", "divergence", "choices that stay, %", "function, %", "exact, %", "saved, kB"),
        "schemes": (
            "scheme", "MB", "bits", "function, %", "exact, %", "lost", "p50, ms", "p95, ms", "times FP32",
            "tokens/s read", "tokens/s written", "RSS, MiB",
        ),
    }  # fmt: skip
    blocks = {}
    for name, columns in made.items():
        part = figures.get(name)
        if part is None:
            blocks[name] = ""
            continue
        head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}\n"
        rows = "".join(f"| {' | '.join(_cell(cell) for cell in row)} |\n" for row in part["rows"])
        blocks[name] = f"{head}{rows}\n{part['said']}\n"
    return blocks


def _cell(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def updated(page: str, figures: Mapping[str, Any]) -> str:
    """Return the page with its blocks replaced. Raises ValueError when a mark is missing."""
    for name, text in tables(figures).items():
        pattern = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        page, count = pattern.subn(lambda match, text=text: match[1] + text + match[2], page)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"{PAGE.name} has {count} blocks {name!r}, not one")
    return page


def _weights(source: Path, _: int) -> dict[str, Any]:
    from cabin.quantization.scheme import parse_scheme
    from cabin_onnx.quantizer import OnnxQuantizer

    rows = []
    for name in WEIGHT_SCHEMES:
        with tempfile.TemporaryDirectory() as folder:
            report = OnnxQuantizer().quantize(source, Path(folder) / "model", parse_scheme(name))
        products = [each for each in report.tensors if each.name != "embed_tokens"]
        numbers = sum(_size(source, each.name) for each in products)
        worst = min(products, key=lambda each: each.signal_to_noise_db)
        mean = float(np.mean([each.signal_to_noise_db for each in products]))
        bits = 8 * sum(each.bytes for each in products) / numbers
        rows.append((name, round(bits, 2), round(mean, 1), round(worst.signal_to_noise_db, 1), f"`{worst.name}`"))
    return {"rows": rows, "said": f"{len(products)} products of {_model(source)}."}


def _size(source: Path, product: str) -> int:
    """Return how many weights a product has: query, key and value are one product, gate and up another."""
    parts = {"qkv": ("q_proj", "k_proj", "v_proj"), "o": ("o_proj",), "gate_up": ("gate_proj", "up_proj")}
    at, _, kind = product.rpartition(".")
    with np.load(source / "weights.npz") as stored:
        return sum(stored[f"{at}.{part}.weight"].size for part in parts.get(kind, ("down_proj",)))


class _Tap:
    """A session that also keeps what flows into the products."""

    def __init__(self, session: Any, names: list[str]) -> None:
        self.session, self.names = session, names
        self.values: dict[str, Any] = {}

    def run(self, outputs: list[str], feed: dict[str, Any]) -> list[Any]:
        """Run with more outputs; keep those."""
        found: list[Any] = self.session.run([*outputs, *self.names], feed)
        self.values = dict(zip(self.names, found[len(outputs) :], strict=True))
        return found[: len(outputs)]


def _activations(source: Path, _: int) -> dict[str, Any]:
    """Quantize each product's input to 8 bits with one scale for all rows, and with one a row."""
    import onnx

    from cabin.quantization.scheme import Scheme
    from cabin.slm.embedding import TokenTable
    from cabin_onnx.backend import OnnxBackend
    from cabin_onnx.quantizer import OnnxQuantizer

    found: dict[str, list[tuple[float, float, float]]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "model"
        OnnxQuantizer().quantize(source, folder, Scheme("fp32"))
        model = onnx.load(folder / "decoder.onnx", load_external_data=False)
        inputs = {n.input[0]: n.name.rpartition(".")[0] for n in model.graph.node if n.op_type == "MatMul"}
        model.graph.output.extend(onnx.helper.make_tensor_value_info(name, 1, None) for name in inputs)
        onnx.save(model, folder / "decoder.onnx")
        engine, table = OnnxBackend(folder), TokenTable.load(folder)
        tap = engine._session = _Tap(engine._session, list(inputs))
        for sentence in _forced(source, ACTIVATION_SENTENCES):
            engine.start()
            engine.step(table.embed(list(sentence.prompt)))
            for name, value in tap.values.items():
                found.setdefault(inputs[name].rpartition(".")[2], []).append(_outliers(value[0]))
    rows = [
        (f"`{kind}`", *(round(float(f), 1) for f in (ratios.max(), flat.mean(), levelled.mean())))
        for kind, (ratios, flat, levelled) in ((k, np.array(v).T) for k, v in found.items())
    ]
    said = f"{ACTIVATION_SENTENCES} held-back sentences, all layers; worst ratio, mean signal to noise of a row."
    return {"rows": rows, "said": f"{_model(source)}; {said}"}


def _outliers(x: np.ndarray[Any, Any]) -> tuple[float, float, float]:
    """Return (largest row over median row, dB with one scale, dB with one a row) of activations (t, in)."""
    most = np.abs(x).max(axis=1, keepdims=True)

    def noise(scale: Any) -> float:
        error = np.square(np.round(x / scale) * scale - x).sum(axis=1)
        return float(np.mean(10 * np.log10(np.square(x).sum(axis=1) / np.maximum(error, 1e-30))))

    return float(most.max() / np.median(most)), noise(most.max() / 127), noise(most / 127)


def _forced(source: Path, count: int) -> list[Any]:
    from tokenizers import Tokenizer

    from cabin.cli.app import App
    from cabin.cli.measuring import held_back
    from cabin.quantization.forcing import force
    from cabin.slm.grammar import CallGrammar
    from cabin.slm.package import read_info
    from cabin.slm.vocabulary import Vocabulary

    info = read_info(source)
    words = Vocabulary(Tokenizer.from_file(str(source / "tokenizer.json")), info.control)
    return force(held_back(App(), (), count, 1), CallGrammar(info.spec, words))


def _sensitivity(source: Path, _: int) -> dict[str, Any]:
    from cabin.cli.app import App
    from cabin.cli.measuring import held_back, measure_bench, progress, sensitivity_of
    from cabin.quantization.scheme import Scheme

    app, low = App(), Scheme("int4", "group", 32)
    with progress() as tell:
        bench = measure_bench(app, [], "onnx", tell)
        table = sensitivity_of(app, source, held_back(app, (), SENSITIVITY_SENTENCES, 1), Scheme(), low, bench)
    rows = [
        (f"`{row.name}`", f"{own.divergence:.5f}", f"{own.same:.2f}", f"{own.function:.2f}", f"{own.exact:.2f}",
         round(row.saved / 1e3))
        for row in table.products
        for own in (row.agreement,)
    ]  # fmt: skip
    fp32 = f"FP32 itself: function {table.reference.function:.2f} %, exact {table.reference.exact:.2f} %"
    said = f"{_model(source)}; {table.sentences} right writings; {low.name} alone, all else FP32. {fp32}."
    return {"rows": rows, "said": said}


def _schemes(source: Path, sentences: int) -> dict[str, Any]:
    from functools import cache

    from cabin.cli.app import App
    from cabin.cli.measuring import held_back, measure_bench, progress, sensitivity_of
    from cabin.quantization.comparing import DEFAULT_SCHEMES, compare_schemes, parse_wanted
    from cabin.quantization.comparison import front
    from cabin.quantization.scheme import Scheme
    from cabin.slm.evaluation import cases_of

    app, high, low = App(), Scheme(), Scheme("int4", "group", 32)
    with progress() as tell:
        examples = held_back(app, (), max(sentences, SENSITIVITY_SENTENCES), 1)
        bench = measure_bench(app, cases_of(examples[:sentences]), "onnx", tell)

        @cache
        def sensitivity() -> Any:
            return sensitivity_of(app, source, examples[:SENSITIVITY_SENTENCES], high, low, bench)

        wanted = parse_wanted(DEFAULT_SCHEMES)
        entries = compare_schemes(source, wanted, bench, sensitivity, f"{high.name},{low.name}")
    bold = front(entries, "mb") | front(entries, "relative_ms")
    rows = [
        (f"**{e.scheme}**" if e.scheme in bold else e.scheme, e.mb, e.bits, f"{e.function:.2f}", f"{e.exact:.2f}",
         f"{e.function_lost:.2f}", e.p50_ms, e.p95_ms, e.speedup, e.prefill_tokens_per_s, e.decode_tokens_per_s,
         e.rss_mib)
        for e in entries
    ]  # fmt: skip
    said = f"{_model(source)}; {entries[0].sentences} held-back sentences; bold: on a Pareto front."
    return {"rows": rows, "said": said, "entries": [asdict(entry) for entry in entries]}


def _model(source: Path) -> str:
    from cabin.quantization.sensitivity import weights_digest
    from cabin.slm.package import read_info

    a = read_info(source).architecture
    machine = platform.machine()
    return (
        f"Model of {a.layers} layers, {a.parameters / 1e6:.1f} million weights, {weights_digest(source)[:8]}, {machine}"
    )


PARTS: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "weights": _weights,
    "activations": _activations,
    "sensitivity": _sensitivity,
    "schemes": _schemes,
}


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when the page is not what would be written.")
@click.option("--measure", "source", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--only", default=",".join(PARTS), show_default=True, help="Tables to measure, with commas between.")
@click.option("--sentences", type=click.IntRange(1), default=300, show_default=True, help="For the table of schemes.")
def main(check: bool, source: Path | None, only: str, sentences: int) -> None:
    """Measure, write or check."""
    figures = json.loads(TABLES.read_text(encoding="utf-8"))
    if source is not None:
        for name in only.split(","):
            figures[name] = PARTS[name](source, sentences)
            TABLES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    new = updated(page, figures)
    if check and new != page:
        click.echo(f"{PAGE.name} is not what {Path(__file__).name} would write", err=True)
        sys.exit(1)
    if not check:
        PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
