"""Quantization-aware training: the last stage of a build, or a model that was trained before made ready for few bits.

The network goes on learning with fake quantization (cabin.slm.training.fake_quant) at a small rate: it has learnt its
task, and only moves its weights to where rounding does the least harm.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from cabin.slm.grammar import CallGrammar
from cabin.slm.package import read_info, sha256
from cabin.slm.training.batches import check_writable
from cabin.slm.training.distill import Teacher, read_teacher
from cabin.slm.training.fake_quant import FakeQuantized
from cabin.slm.training.network import Products
from cabin.slm.training.stages import train_stage
from cabin.slm.training.start import from_model
from cabin.slm.training.trainer import Loss, TrainingPlan, choice_loss
from cabin.slm.training.weights import read_tokenizer, write_fp32
from cabin.slm.vocabulary import Vocabulary

if TYPE_CHECKING:
    from cabin.quantization.scheme import Scheme
    from cabin.slm.corpus import Corpus
    from cabin.slm.training.network import IntentNetwork
    from cabin.slm.training.stages import Tell

__all__ = ["QatPlan", "make_ready", "train_aware"]


@dataclass(frozen=True)
class QatPlan:
    """How a network learns to bear a scheme."""

    scheme: Scheme
    steps: int = 300
    batch: int = 64
    peak_rate: float = 1e-4
    """About a tenth of what training began with."""
    seed: int = 1
    teacher: Path | None = None
    """A model folder to learn from besides the right tokens; the FP32 model itself is a good one."""
    temperature: float = 2.0
    share: float = 0.5
    """How much of the loss is the teacher's."""


def train_aware(
    network: IntentNetwork,
    plan: QatPlan,
    corpus: Corpus,
    grammar: CallGrammar,
    checkpoint: Path,
    tell: Tell,
    loss: Loss = choice_loss,
) -> int:
    """Train with fake quantization and return the steps made; the network computes in floats again then."""
    training = TrainingPlan(plan.steps, plan.batch, plan.peak_rate, seed=plan.seed)
    network.products = FakeQuantized(plan.scheme)
    what = f"training in {plan.scheme.name}"
    try:
        return train_stage(network, training, corpus, grammar, checkpoint, tell, what=what, loss=loss)
    finally:
        network.products = Products()


def make_ready(source: Path, plan: QatPlan, corpus: Corpus, work: Path, tell: Tell, threads: int = 2) -> Path:
    """Train the model of a folder for a scheme; return an FP32 folder in `work`, to be quantized to that scheme.

    It keeps the calls that it knows: sentences that ask for others are left out. The same source, plan and sentences go
    on where they stopped. Raises ModelError when no sentence is left, or the folder cannot be used.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(plan.seed)
    info = read_info(source)
    tokenizer = read_tokenizer(source)
    vocabulary = Vocabulary(tokenizer, info.control)
    grammar = CallGrammar(info.spec, vocabulary)
    check_writable(corpus, grammar, source)
    network, _ = from_model(source, None, vocabulary, plan.seed)
    loss: Loss = choice_loss
    if plan.teacher is not None:
        loss = Teacher(read_teacher(plan.teacher, vocabulary), plan.temperature, plan.share)
    folder = work / _key(source, plan, corpus)
    steps = train_aware(network, plan, corpus, grammar, folder / "checkpoint.pt", tell, loss)
    facts = {"scheme": plan.scheme.name, "steps": steps, "batch": plan.batch, "peak_rate": plan.peak_rate}
    trained = replace(info, number_format="fp32", provenance={**info.provenance, "quantization_aware": facts})
    write_fp32(folder / "fp32", trained, network, tokenizer)
    return folder / "fp32"


def _key(source: Path, plan: QatPlan, corpus: Corpus) -> str:
    files = [path / name for path in (source, plan.teacher) if path for name in ("weights.npz", "weights.bin")]
    facts = [sha256(file) for file in files if file.is_file()]
    own = {**plan.__dict__, "scheme": plan.scheme.to_json(), "teacher": str(plan.teacher)}
    return "qat-" + hashlib.sha256(json.dumps([facts, own, corpus.digest]).encode()).hexdigest()[:16]
