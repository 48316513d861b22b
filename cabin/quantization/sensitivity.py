"""Which products bear few bits: each one in turn is made small while all others stay FP32, and its harm is measured.

Harms of several products add up only roughly: that is enough for an order, and what is chosen by it
(cabin.quantization.mixing) is measured again as a whole. After the per-layer sensitivity of HAWQ (Dong et al. 2019,
arXiv 1905.03696) and ZeroQ (Cai et al. 2020, arXiv 2001.00281), which also takes the divergence of outputs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cabin.errors import ModelError, Problem
from cabin.quantization.forcing import Agreement, ForcedSentence, LogProbs, agreement, choice_log_probs
from cabin.quantization.scheme import Scheme
from cabin.quantization.tensors import read_tensors
from cabin.slm.embedding import TokenTable
from cabin.slm.package import sha256

if TYPE_CHECKING:
    from cabin.quantization.backend import Quantizer
    from cabin.slm.backend import InferenceBackendFactory

__all__ = ["ProductSensitivity", "Sensitivity", "measure_sensitivity", "weights_digest"]

_VERSION = 1
"""Of the measuring: results of another one are not taken from the cache."""


@dataclass(frozen=True)
class ProductSensitivity:
    """What one product costs and saves in few bits, all others in FP32."""

    name: str
    bytes_high: int
    """In the scheme that it has unless it is chosen."""
    bytes_low: int
    """In few bits."""
    agreement: Agreement

    @property
    def saved(self) -> int:
        """Bytes that choosing it saves."""
        return self.bytes_high - self.bytes_low

    @property
    def price(self) -> float:
        """Divergence a byte saved: what greedy choice goes by."""
        return self.agreement.divergence / max(1, self.saved)


@dataclass(frozen=True)
class Sensitivity:
    """All products, cheapest first."""

    high: Scheme
    low: Scheme
    sentences: int
    reference: Agreement
    """FP32 beside itself: its own function and exact."""
    products: tuple[ProductSensitivity, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the table as the report holds it."""
        rows = [{**asdict(row), **asdict(row.agreement), "saved": row.saved} for row in self.products]
        for row in rows:
            row.pop("agreement")
        return {
            "high": self.high.name,
            "low": self.low.name,
            "sentences": self.sentences,
            "fp32": asdict(self.reference),
            "products": rows,
        }


def measure_sensitivity(
    source: Path,
    sentences: Sequence[ForcedSentence],
    high: Scheme,
    low: Scheme,
    *,
    quantizer: Quantizer,
    backend: InferenceBackendFactory,
    work: Path,
    tell: Callable[[int, int], None],
) -> Sensitivity:
    """Measure every product of the FP32 folder `source`; `tell` is called with how many are done, of how many.

    Results are kept in `work` under a digest of weights, sentences and schemes as they come: what was cut short goes
    on. Raises ModelError when the source cannot be used.
    """
    key = _key(source, sentences, low, quantizer.name)
    folder, kept = work / key, work / f"{key}.json"
    known: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    try:
        quantizer.quantize(source, folder, Scheme("fp32"))
        reference = _log_probs(folder, sentences, backend)
        names = [tensor.name for tensor in read_tensors(folder).values() if len(tensor.shape) == 2]
        for at, name in enumerate(names):
            tell(at, len(names))
            if name not in known:
                quantizer.quantize(source, folder, Scheme("fp32").with_overrides({name: low}))
                known[name] = asdict(agreement(sentences, reference, _log_probs(folder, sentences, backend)))
                _keep(kept, known)
        tell(len(names), len(names))
        sizes = [_sizes(quantizer, source, folder, scheme) for scheme in (high, low)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    rows = [ProductSensitivity(n, sizes[0][n], sizes[1][n], Agreement(**known[n])) for n in names]
    own = agreement(sentences, reference, reference)
    return Sensitivity(high, low, len(sentences), own, tuple(sorted(rows, key=lambda row: row.price)))


def _log_probs(folder: Path, sentences: Sequence[ForcedSentence], backend: InferenceBackendFactory) -> list[LogProbs]:
    engine, table = backend(folder, 1), TokenTable.load(folder)
    return [choice_log_probs(sentence, table, engine) for sentence in sentences]


def _sizes(quantizer: Quantizer, source: Path, folder: Path, scheme: Scheme) -> dict[str, int]:
    quantizer.quantize(source, folder, scheme)
    return {tensor.name: tensor.bytes for tensor in read_tensors(folder).values()}


def weights_digest(source: Path) -> str:
    """Return the SHA-256 of an FP32 folder's weights. Raises ModelError when there are none."""
    try:
        return sha256(source / "weights.npz")
    except OSError as error:
        hint = "Give the folder of `cabin model build --keep-fp32`."
        raise ModelError(Problem("no FP32 weights", str(source), str(error), hint=hint)) from error


def _key(source: Path, sentences: Sequence[ForcedSentence], low: Scheme, quantizer: str) -> str:
    facts = [_VERSION, weights_digest(source), low.name, quantizer, [[s.prompt, s.target] for s in sentences]]
    return "sensitivity-" + hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


def _keep(path: Path, known: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    os.replace(part, path)
