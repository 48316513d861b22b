"""The model's card: what it is, where it came from, under which licence, and how well it does."""

from __future__ import annotations

from pathlib import Path

from cabin.quantization.report import QuantizationReport
from cabin.slm.package import read_info

__all__ = ["write_card"]

_NOTICE = """\
This model is made from SmolLM2-135M-Instruct by Hugging Face (Allal et al. 2025, arXiv 2502.02737), licensed under the
Apache License, Version 2.0. Changes: cut to its first {layers} of 30 layers and {tokens} tokens, tokens for calls
added, trained on sentences written for cabin, quantized to {format}.
"""


def write_card(folder: Path, report: QuantizationReport) -> None:
    """Write README.md and NOTICE into a model folder that has model.json."""
    info = read_info(folder)
    a, made = info.architecture, info.provenance
    text_tokens = a.tokens - len(info.control)
    notice = _NOTICE.format(layers=a.layers, tokens=text_tokens, format=info.number_format)
    (folder / "NOTICE").write_text(notice, encoding="utf-8")
    before, after = report.measured["before"], report.measured["after"]
    shipped = report.measured["as_shipped"]
    rows = "\n".join(
        f"| {name} | {before.get(name, '')} | {after.get(name, '')} | {shipped.get(name, '')} |"
        for name in before
        if name != "sentences"
    )
    lessons = f"{made['steps']} steps of {made['batch']} samples, seed {made['seed']}"
    if "quantization_aware" in made:
        last = made["quantization_aware"]
        lessons += f", then {last['steps']} steps in {last['scheme']}"
    trained = f"{made['patterns']} sentence patterns, {lessons}"
    card = f"""\
# cabin's intent model

Turns an utterance into typed calls or a refusal with its reason; only under cabin's automaton, offline, on one core.

| what | value |
|---|---|
| base | SmolLM2-135M-Instruct, Apache-2.0 |
| layers, hidden, heads (key-value) | {a.layers}, {a.hidden}, {a.heads} ({a.kv_heads}) |
| tokens | {text_tokens} of text, {len(info.control)} of calls |
| parameters | {a.parameters / 1e6:.1f} million |
| numbers | {info.number_format}, {report.bytes_after / 1e6:.1f} MB (FP32: {report.bytes_before / 1e6:.1f} MB) |
| intents | {len(info.spec.slots)} |
| trained on | {trained} |
| licence | Apache-2.0 (see NOTICE) |

Figures in percent on {report.measured["held_back_sentences"]} sentences of patterns that training never saw;
as shipped, what is too unsure is refused (calibration.json):

| figure | FP32 | {info.number_format} | as shipped |
|---|---|---|---|
{rows}

Limits: English; written for one household's words, not for every dialect; what it does not understand it should
refuse, and the figure `false_act` says how often it does not. quantization.json holds the error of every tensor.
"""
    (folder / "README.md").write_text(card, encoding="utf-8")
