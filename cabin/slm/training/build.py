"""From catalogs to a model folder: text, tokens, training, calibration, quantization, measuring, card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cabin.catalog.fingerprint import describe
from cabin.slm.base_vocabulary import cut_tokenizer
from cabin.slm.callspec import CallSpec, implied_values
from cabin.slm.corpus import Corpus
from cabin.slm.grammar import CallGrammar
from cabin.slm.package import ModelInfo, write_folder
from cabin.slm.training.export import export_model
from cabin.slm.training.plan import BuildPlan
from cabin.slm.vocabulary import Vocabulary, control_tokens

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog
    from cabin.quantization.backend import Quantizer
    from cabin.slm.backend import InferenceBackendFactory
    from cabin.slm.evaluation import Case
    from cabin.slm.training.network import IntentNetwork
    from cabin.slm.training.trainer import Progress

    Tell = Callable[[str, Progress | None], None]
    """What is being done, and how far training is."""

__all__ = ["BuildResult", "build_model"]


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
    tell: Tell,
    keep_fp32: Path | None = None,
    start: Path | None = None,
    written: Sequence[Case] = (),
) -> BuildResult:
    """Build a model for a catalog that was loaded with its sentences.

    `base` is SmolLM2's GGUF file, `start` an FP32 folder to go on from instead of it, `work` keeps checkpoints: the
    same plan and catalog go on where they stopped. Confidence is fitted on held-back text and on `written`. Raises
    ModelError when quantizing loses more than the plan allows or the disk does not take the result, and CatalogError
    for a catalog that has too few sentences to hold some back.
    """
    import torch

    from cabin.slm.training.base import BaseModel
    from cabin.slm.training.stages import train_stage
    from cabin.slm.training.start import from_base, from_model
    from cabin.slm.training.trainer import TrainingPlan

    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    tell("reading the base model", None)
    source = BaseModel(base)
    spec = CallSpec.from_catalog(catalog, implied_values(catalog))
    tokenizer = cut_tokenizer(source.tokenizer_json(), plan.text_tokens)
    vocabulary = Vocabulary(tokenizer, control_tokens(spec))
    corpus = Corpus(catalog, seed=plan.seed)
    held_back = list(islice(corpus.stream("held_back", plan.seed + 1), plan.held_back))
    tell(f"{corpus.patterns} sentence patterns, {len(spec.slots)} intents, {len(vocabulary)} tokens", None)
    if start is None:
        network, earlier = from_base(source, plan.layers, vocabulary, plan.seed), None
    else:
        network, earlier = from_model(start, plan.layers, vocabulary, plan.seed)
    checkpoint = work / _key(plan, spec, corpus, earlier) / "checkpoint.pt"
    training = TrainingPlan(plan.steps, plan.batch, plan.peak_rate, seed=plan.seed, average=plan.average)
    steps = train_stage(network, training, corpus, CallGrammar(spec, vocabulary), checkpoint, tell)
    provenance = _provenance(plan, corpus, steps, base)
    if earlier is not None:
        provenance["went_on_from"] = earlier.provenance
    info = ModelInfo(network.architecture, vocabulary.control, spec, "fp32", provenance, describe(catalog))
    fp32 = keep_fp32 or checkpoint.parent / "fp32"
    _write_fp32(fp32, info, network, tokenizer)
    figures = export_model(
        catalog,
        held_back,
        fp32,
        target,
        plan,
        quantizer=quantizer,
        backend=backend,
        tell=lambda what: tell(what, None),
        written=written,
    )
    return BuildResult(target, *figures, sum(path.stat().st_size for path in target.iterdir()))


def _key(plan: BuildPlan, spec: CallSpec, corpus: Corpus, earlier: ModelInfo | None) -> str:
    """Return a name for the work folder: the same training, calls and patterns give the same name."""
    text = json.dumps(
        [plan.of_training(), spec.to_json(), corpus.digest, earlier and earlier.provenance], sort_keys=True
    )
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
        (part / "tokenizer.json").write_text(tokenizer.to_str(pretty=False), encoding="utf-8")
        (part / "model.json").write_text(json.dumps(info.to_json(), indent=1) + "\n", encoding="utf-8")

    write_folder(folder, fill)
