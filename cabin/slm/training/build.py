"""From catalogs to a model folder: text, tokens, training, calibration, quantization, measuring, card."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.catalog.fingerprint import describe
from cabin.errors import ModelError, Problem
from cabin.quantization.scheme import Scheme
from cabin.slm.base_vocabulary import cut_tokenizer
from cabin.slm.callspec import CallSpec, implied_values
from cabin.slm.card import write_card
from cabin.slm.confidence import calibrate
from cabin.slm.corpus import Corpus
from cabin.slm.evaluation import cases_of, evaluate
from cabin.slm.grammar import CallGrammar
from cabin.slm.package import Calibration, ModelInfo, write_folder
from cabin.slm.parser import IntentParser
from cabin.slm.training.plan import BuildPlan
from cabin.slm.vocabulary import Vocabulary, control_tokens

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog
    from cabin.quantization.backend import Quantizer
    from cabin.slm.backend import InferenceBackendFactory
    from cabin.slm.training.network import IntentNetwork
    from cabin.slm.training.trainer import Progress

__all__ = ["BuildResult", "build_model"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BuildResult:
    """What was built, with its figures on held-back text in percent."""

    folder: Path
    figures_before: dict[str, float]
    """FP32."""
    figures_after: dict[str, float]
    bytes_on_disk: int


def build_model(
    catalog: Catalog,
    base: Path,
    target: Path,
    plan: BuildPlan,
    *,
    work: Path,
    quantizer: Quantizer,
    backend: InferenceBackendFactory,
    tell: Callable[[str, Progress | None], None],
    keep_fp32: Path | None = None,
    start: Path | None = None,
) -> BuildResult:
    """Build a model for a catalog that was loaded with its sentences.

    `base` is SmolLM2's GGUF file, `start` an FP32 folder to go on from instead of it, `work` keeps checkpoints: the same plan and catalog go on where they stopped. Raises
    ModelError when quantizing loses more than the plan allows, or the disk does not take the result.
    """
    import torch

    from cabin.slm.training.base import BaseModel
    from cabin.slm.training.batches import stream_batches
    from cabin.slm.training.start import from_base, from_model
    from cabin.slm.training.trainer import Trainer, TrainingPlan

    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    tell("reading the base model", None)
    source = BaseModel(base)
    spec = CallSpec.from_catalog(catalog, implied_values(catalog))
    tokenizer = cut_tokenizer(source.tokenizer_json(), plan.text_tokens)
    vocabulary = Vocabulary(tokenizer, control_tokens(spec))
    grammar = CallGrammar(spec, vocabulary)
    corpus = Corpus(catalog, seed=plan.seed)
    tell(f"{corpus.patterns} sentence patterns, {len(spec.slots)} intents, {len(vocabulary)} tokens", None)
    if start is None:
        network, earlier = from_base(source, plan.layers, vocabulary, plan.seed), None
    else:
        network, earlier = from_model(start, plan.layers, vocabulary, plan.seed)
    training = TrainingPlan(plan.steps, plan.batch, plan.peak_rate, seed=plan.seed)
    checkpoint = work / _key(plan, spec, corpus, earlier) / "checkpoint.pt"
    trainer = Trainer(network, training, checkpoint)
    if trainer.resume():
        tell(f"going on from step {trainer.step} of {checkpoint}", None)
    batches = stream_batches(
        corpus.stream("train", plan.seed + trainer.step), grammar, plan.batch, seed=plan.seed + trainer.step
    )
    trainer.run(batches, lambda progress: tell("training", progress))
    provenance = _provenance(plan, corpus, trainer.step, base)
    if earlier is not None:
        provenance["went_on_from"] = earlier.provenance
    info = ModelInfo(network.architecture, vocabulary.control, spec, "fp32", provenance, describe(catalog))
    fp32 = keep_fp32 or checkpoint.parent / "fp32"
    _write_fp32(fp32, info, network, tokenizer)
    held_back = list(islice(corpus.stream("held_back", plan.seed + 1), plan.held_back))
    return _quantize_and_measure(catalog, held_back, fp32, target, plan, quantizer, backend, tell, spec)


def _quantize_and_measure(
    catalog: Catalog,
    held_back: list[Any],
    fp32: Path,
    target: Path,
    plan: BuildPlan,
    quantizer: Quantizer,
    backend: InferenceBackendFactory,
    tell: Callable[[str, Progress | None], None],
    spec: CallSpec,
) -> BuildResult:
    """Quantize both ways, measure both on the same text, calibrate the small one, and write the target whole."""
    half = len(held_back) // 2
    scratch = fp32.with_name(f"{fp32.name}-measure")
    tell("measuring FP32 on held-back text", None)
    quantizer.quantize(fp32, scratch / "fp32", Scheme("fp32"))
    before = evaluate(IntentParser.load(scratch / "fp32", catalog, backend=backend).parse, cases_of(held_back[half:]))
    tell(f"quantizing to {plan.scheme.name}", None)
    report = quantizer.quantize(fp32, scratch / "small", plan.scheme)
    small = IntentParser.load(scratch / "small", catalog, backend=backend)
    calibration = calibrate(evaluate(small.parse, cases_of(held_back[:half])))
    small = small.with_calibration(calibration)
    after = evaluate(small.parse, cases_of(held_back[half:]))
    figures = before.figures(), after.figures()
    loss = figures[0].get("function", 0.0) - evaluate(
        small.with_calibration(Calibration()).parse, cases_of(held_back[half:])
    ).figures().get("function", 0.0)
    if loss > plan.max_loss:
        shutil.rmtree(scratch, ignore_errors=True)
        raise ModelError(
            Problem(
                "quantizing loses too much",
                where=str(target),
                seen=f"{loss:.2f} points of function on {half} held-back sentences",
                expected=f"at most {plan.max_loss} (--max-loss)",
                hint="Choose a finer granularity, or train longer.",
            )
        )
    measured = {"held_back_sentences": half, "before": figures[0], "after": figures[1], "function_lost": round(loss, 2)}
    report = replace(report, measured={**report.measured, **measured})

    def fill(folder: Path) -> None:
        for path in (scratch / "small").iterdir():
            if path.name != "manifest.json":
                shutil.copyfile(path, folder / path.name)
        report.write(folder / "quantization.json")
        fields = {"temperature": calibration.temperature, "act": calibration.act}
        (folder / "calibration.json").write_text(json.dumps(fields, indent=1) + "\n", encoding="utf-8")
        write_card(folder, report)

    write_folder(target, fill)
    shutil.rmtree(scratch, ignore_errors=True)
    size = sum(path.stat().st_size for path in target.iterdir())
    return BuildResult(target, *figures, size)


def _key(plan: BuildPlan, spec: CallSpec, corpus: Corpus, earlier: ModelInfo | None) -> str:
    """Return a name for the work folder: the same plan, calls and patterns give the same name."""
    text = json.dumps([repr(plan), spec.to_json(), corpus.digest, earlier and earlier.provenance], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _provenance(plan: BuildPlan, corpus: Corpus, steps: int, base: Path) -> dict[str, Any]:
    return {
        "base": {"name": "SmolLM2-135M-Instruct", "licence": "Apache-2.0", "file": base.name},
        "patterns": corpus.patterns,
        "patterns_sha256": corpus.digest,
        "steps": steps,
        "batch": plan.batch,
        "seed": plan.seed,
    }


def _write_fp32(folder: Path, info: ModelInfo, network: IntentNetwork, tokenizer: Any) -> None:
    weights = {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}

    def fill(part: Path) -> None:
        np.savez(part / "weights.npz", **weights)
        tokenizer.save(str(part / "tokenizer.json"), pretty=False)
        (part / "model.json").write_text(json.dumps(info.to_json(), indent=1) + "\n", encoding="utf-8")

    write_folder(folder, fill)
