"""From catalogs to a model folder: text, tokens, training, calibration, quantization, measuring, card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.catalog.fingerprint import describe
from cabin.slm.base_vocabulary import cut_tokenizer
from cabin.slm.callspec import CallSpec, implied_values
from cabin.slm.corpus import Corpus
from cabin.slm.grammar import CallGrammar
from cabin.slm.package import ModelInfo, read_info, sha256
from cabin.slm.training.export import export_model
from cabin.slm.training.plan import BuildPlan
from cabin.slm.vocabulary import Vocabulary, control_tokens

if TYPE_CHECKING:
    from cabin.catalog.schema import Catalog
    from cabin.quantization.backend import Quantizer
    from cabin.slm.backend import InferenceBackendFactory
    from cabin.slm.evaluation import Case
    from cabin.slm.training.network import IntentNetwork
    from cabin.slm.training.trainer import Loss, Progress

    Tell = Callable[[str, Progress | None], None]
    """What is being done, and how far training is."""

__all__ = ["BuildResult", "build_model"]

_HEARD, _HEARD_A_PATTERN = 200_000, 40
"""Training sentences from which the words are learned that go with each intent: at most, and for each pattern."""


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
    base: Path | None,
    target: Path,
    plan: BuildPlan,
    *,
    work: Path,
    quantizer: Quantizer,
    backend: InferenceBackendFactory,
    tell: Tell,
    keep_fp32: Path | None = None,
    start: Path | None = None,
    teacher: Path | None = None,
    written: Sequence[Case] = (),
) -> BuildResult:
    """Build a model for a catalog that was loaded with its sentences.

    `base` is SmolLM2's GGUF file; `start`, another model folder to go on from, makes it needless. `teacher` is a model
    folder to distil from. `work` keeps checkpoints: the same training goes on where it stopped. Confidence is fitted on
    `written`, else on held-back text. Raises ModelError when quantizing loses more than the plan allows or the disk
    does not take the result, and CatalogError for a catalog that has too few sentences to hold some back.
    """
    import torch

    from cabin.slm.training.distill import Teacher, read_teacher
    from cabin.slm.training.stages import train_stage
    from cabin.slm.training.trainer import TrainingPlan, choice_loss
    from cabin.slm.training.weights import write_fp32

    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    spec = CallSpec.from_catalog(catalog, implied_values(catalog))
    network, vocabulary, earlier = _begin(base, start, plan, spec, tell)
    corpus, grammar = Corpus(catalog, seed=plan.seed), CallGrammar(spec, vocabulary)
    held_back = list(islice(corpus.stream("held_back", plan.seed + 1), plan.held_back))
    tell(f"{corpus.patterns} sentence patterns, {len(spec.slots)} intents, {len(vocabulary)} tokens", None)
    loss: Loss = choice_loss
    if teacher is not None:
        loss = Teacher(read_teacher(teacher, vocabulary), plan.temperature, plan.teacher_share)
    folder = work / _key(plan, spec, corpus, earlier, teacher)
    training = TrainingPlan(plan.steps, plan.batch, plan.peak_rate, seed=plan.seed, average=plan.average)
    steps = train_stage(network, training, corpus, grammar, folder / "checkpoint.pt", tell, loss=loss)
    provenance = _provenance(plan, corpus, steps, base, earlier, teacher)
    info = ModelInfo(network.architecture, vocabulary.control, spec, "fp32", provenance, describe(catalog))
    fp32 = keep_fp32 or folder / "fp32"
    write_fp32(fp32, info, network, vocabulary.tokenizer)
    figures = export_model(
        catalog,
        held_back,
        fp32,
        target,
        plan,
        quantizer=quantizer,
        backend=backend,
        tell=lambda what: tell(what, None),
        heard=islice(corpus.stream("train", plan.seed + 2), min(_HEARD, _HEARD_A_PATTERN * corpus.patterns)),
        written=written,
        trained=_made_aware(network, info, plan, corpus, grammar, folder, tell, loss) if plan.qat_steps else None,
    )
    return BuildResult(target, *figures, sum(path.stat().st_size for path in target.iterdir()))


def _begin(
    base: Path | None, start: Path | None, plan: BuildPlan, spec: CallSpec, tell: Tell
) -> tuple[IntentNetwork, Vocabulary, ModelInfo | None]:
    """Return the network that training begins with, its vocabulary, and what it was before, if it was a model."""
    from cabin.slm.training.base import BaseModel
    from cabin.slm.training.start import from_base, from_model
    from cabin.slm.training.weights import read_tokenizer

    if start is not None:
        tell(f"reading {start}", None)
        vocabulary = Vocabulary(read_tokenizer(start), control_tokens(spec))
        network, earlier = from_model(start, plan.layers, vocabulary, plan.seed)
        return network, vocabulary, earlier
    if base is None:
        raise ValueError("a base model or a model to go on from is needed")
    tell("reading the base model", None)
    source = BaseModel(base)
    vocabulary = Vocabulary(cut_tokenizer(source.tokenizer_json(), plan.text_tokens), control_tokens(spec))
    return from_base(source, plan.layers, vocabulary, plan.seed), vocabulary, None


def _made_aware(
    network: IntentNetwork,
    info: ModelInfo,
    plan: BuildPlan,
    corpus: Corpus,
    grammar: CallGrammar,
    folder: Path,
    tell: Tell,
    loss: Loss,
) -> Path:
    """Train the network for the plan's scheme and return the FP32 folder to quantize."""
    from cabin.slm.training.qat import QatPlan, train_aware
    from cabin.slm.training.weights import write_fp32

    own = QatPlan(plan.scheme, plan.qat_steps, plan.batch, plan.qat_rate, plan.seed)
    made = train_aware(network, own, corpus, grammar, folder / f"qat-{plan.scheme.name}.pt", tell, loss)
    facts = {"scheme": plan.scheme.name, "steps": made, "batch": plan.batch, "peak_rate": plan.qat_rate}
    provenance = {**info.provenance, "quantization_aware": facts}
    write_fp32(folder / "fp32-qat", replace(info, provenance=provenance), network, grammar.vocabulary.tokenizer)
    return folder / "fp32-qat"


def _key(
    plan: BuildPlan, spec: CallSpec, corpus: Corpus, earlier: ModelInfo | None, teacher: Path | None = None
) -> str:
    """Return a name for the work folder: the same training, calls and patterns give the same name."""
    facts: list[Any] = [plan.of_training(), spec.to_json(), corpus.digest, earlier and earlier.provenance]
    if earlier is not None and earlier.number_format != "fp32":
        facts.append(earlier.number_format)
    if teacher is not None:
        digests = [sha256(path) for path in sorted(teacher.glob("weights.*"))]
        facts.append({"teacher": digests, "temperature": plan.temperature, "share": plan.teacher_share})
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _provenance(
    plan: BuildPlan, corpus: Corpus, steps: int, base: Path | None, earlier: ModelInfo | None, teacher: Path | None
) -> dict[str, Any]:
    source: dict[str, Any] = {"name": "SmolLM2-135M-Instruct", "licence": "Apache-2.0"}
    found: dict[str, Any] = {
        "base": source | ({"file": base.name} if base is not None else {}),
        "patterns": corpus.patterns,
        "patterns_sha256": corpus.digest,
        "steps": steps,
        "batch": plan.batch,
        "seed": plan.seed,
    }
    if earlier is not None:
        found["base"] = earlier.provenance.get("base", found["base"])
        found["went_on_from"] = earlier.provenance
    if teacher is not None:
        found["taught_by"] = read_info(teacher).provenance
    return found
