"""From the publisher's .ort files to the graphs that are run: read the weights, write new graphs, prove them equal.

The published graphs are not edited but replaced: their weights are taken out unchanged (cabin_moonshine.checkpoint)
and put into graphs made for small machines (cabin_moonshine.graphs). That the new graphs compute the same is checked
each time, on a made sound, against the publisher's own.

Needs the package onnx, which nothing at run time does.
"""

from __future__ import annotations

import importlib.util
import logging
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np

from cabin.errors import CabinError, ModelError, Problem
from cabin.messages import SAMPLE_RATE_HZ
from cabin_moonshine import architecture as files
from cabin_moonshine.architecture import Architecture
from cabin_moonshine.checkpoint import Checkpoint, load_checkpoint, ort_to_onnx
from cabin_moonshine.graphs import write_decoder, write_encoder
from cabin_moonshine.model import MoonshineModel
from cabin_moonshine.tokenizer import START

__all__ = ["PRECISIONS", "compare", "fetch_and_rebuild", "rebuild"]

PRECISIONS = ("int8", "fp32")
_ENCODER_ORT, _DECODER_ORT = "encoder_model.ort", "decoder_model_merged.ort"
_HEADS, _ROTARY_DIM = 8, 32
_MIN_AGREEMENT = 0.999
"""Correlation of the log-probabilities of all tokens, new graph against published, over the first steps. Right rebuilds
reach 0.9996 and more; one that turns 28 dimensions of each head instead of 32 reaches 0.9988.
"""
_CHECK_STEPS = 4
_SCHEMES = {416: "int8-rows"}
"""By width. Word error against FP32 on 100 recordings: base 1.0 % by rows (RTF 0.028) or by blocks (0.039);
tiny 3.1 % by rows (0.012), 0.3 % by blocks (0.016), which it can afford."""

logger = logging.getLogger(__name__)


def rebuild(
    download_dir: Path, target_dir: Path, progress: Callable[[str], None] = logger.info, precision: str = "int8"
) -> None:
    """Turn the downloaded files into a model folder.

    `precision` is "int8", or "fp32" to compare with. Raises ModelError when the files are not what is expected, when
    the package onnx is missing, or when the new graphs disagree with the published ones.
    """
    if importlib.util.find_spec("onnx") is None:
        hint = "Run 'pip install onnx' (or install the extra cabin[build]) and try again; it is needed only here."
        raise ModelError(Problem("the package 'onnx' is needed to rebuild a Moonshine model", hint=hint))
    target_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rebuild-", dir=target_dir.parent) as scratch:
        work = Path(scratch)
        progress("reading the published model")
        for name in (_ENCODER_ORT, _DECODER_ORT):
            ort_to_onnx(download_dir / name, work / f"{name}.onnx")
        checkpoint = load_checkpoint(work / f"{_ENCODER_ORT}.onnx", work / f"{_DECODER_ORT}.onnx")
        shape = _architecture(checkpoint, target_dir.name, precision)
        progress(f"writing {precision} graphs")
        write_encoder(checkpoint, shape, target_dir)
        write_decoder(checkpoint, shape, target_dir)
        shutil.copyfile(download_dir / files.TOKENIZER_FILE, target_dir / files.TOKENIZER_FILE)
        (target_dir / files.ARCHITECTURE_FILE).write_text(shape.to_json(), encoding="utf-8")
    progress("checking against the published model")
    agreement = compare(download_dir, target_dir)
    if agreement < _MIN_AGREEMENT:
        seen, expected = f"correlation {agreement:.4f}", f"at least {_MIN_AGREEMENT}"
        raise ModelError(
            Problem("the rebuilt graphs disagree with the published ones", str(target_dir), seen, expected)
        )
    progress(f"agrees with the published model (correlation {agreement:.5f})")


def fetch_and_rebuild(name: str, folder: Path, precision: str, progress: Callable[[str], None] = logger.info) -> Path:
    """Fetch the published files of the model `name` of models.yaml and rebuild them as `folder`/precision/name.

    For comparisons; `cabin models get` is what installs a model. Raises DownloadError or ModelError.
    """
    from cabin.modelstore import fetch_files, load_models, models_file

    target = folder / precision / name
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        fetch_files(load_models(models_file())[name], Path(scratch) / "published", Path(scratch) / "downloads")
        rebuild(Path(scratch) / "published", target, progress, precision)
    return target


def compare(download_dir: Path, model_dir: Path) -> float:
    """Return the correlation of the first steps' log-probabilities, rebuilt against published, on a made sound."""
    sound = _made_sound()
    published, tokens = _published_log_probs(download_dir, sound)
    model = MoonshineModel(model_dir)
    try:
        rebuilt, _ = model.step(np.array([tokens], np.int64), model.empty_cache(), model.encode(sound))
    finally:
        model.close()
    return float(np.corrcoef(published.reshape(-1), rebuilt[0].reshape(-1))[0, 1])


def _architecture(checkpoint: Checkpoint, name: str, precision: str) -> Architecture:
    vocabulary, hidden = checkpoint.embedding.values.shape
    return Architecture(
        name=name,
        scheme="fp32" if precision == "fp32" else _SCHEMES.get(hidden, "int8-blocks"),
        hidden=hidden,
        heads=_HEADS,
        head_dim=hidden // _HEADS,
        rotary_dim=_ROTARY_DIM,
        encoder_layers=checkpoint.layers("encoder"),
        decoder_layers=checkpoint.layers("decoder"),
        vocabulary=vocabulary,
        embedding_scale=checkpoint.embedding.scale,
        embedding_zero_point=checkpoint.embedding.zero_point,
    )


def _made_sound() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Two seconds that change all the time, something like a voice: a gliding buzz in pulses, with a little noise."""
    time = np.arange(2 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    pitch = 2 * np.pi * (120 * time + 15 * np.sin(2 * np.pi * 0.7 * time))
    buzz = sum(np.sin(k * pitch) / k * (1 + np.sin(2 * np.pi * (k * 0.3) * time)) for k in range(1, 20))
    noise = np.random.default_rng(0).normal(0.0, 0.01, len(time))
    return np.asarray(0.1 * buzz * (0.5 + 0.5 * np.sin(2 * np.pi * 3 * time)) + noise, np.float32)


def _published_log_probs(download_dir: Path, sound: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], list[int]]:
    """Run the published graphs greedily for a few steps: log-probabilities (steps, vocabulary) and the tokens fed."""
    from cabin.onnx_runtime import load_onnxruntime

    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    providers = ["CPUExecutionProvider"]
    encoder = onnxruntime.InferenceSession(str(download_dir / _ENCODER_ORT), options, providers=providers)
    feeds: dict[str, Any] = {"input_values": sound[None]}
    if len(encoder.get_inputs()) > 1:
        feeds["attention_mask"] = np.ones((1, len(sound)), np.int64)
    hidden = encoder.run(None, feeds)[0]
    decoder = onnxruntime.InferenceSession(str(download_dir / _DECODER_ORT), options, providers=providers)
    inputs = {each.name: each for each in decoder.get_inputs()}
    cache = {name: np.zeros((1, each.shape[1], 0, each.shape[3]), np.float32)
             for name, each in inputs.items() if name.startswith("past_")}  # fmt: skip
    cross: dict[str, Any] = {}
    tokens, rows = [START], []
    for step in range(_CHECK_STEPS):
        feeds = {"input_ids": np.array([tokens[-1:]]), "encoder_hidden_states": hidden, **cache, **cross}
        feeds["use_cache_branch"] = np.array([step > 0])
        if "encoder_attention_mask" in inputs:
            feeds["encoder_attention_mask"] = np.ones(hidden.shape[:2], np.int64)
        outputs = dict(zip([each.name for each in decoder.get_outputs()], decoder.run(None, feeds), strict=True))
        logits = outputs["logits"][0, -1].astype(np.float64)
        rows.append(logits - logits.max() - np.log(np.exp(logits - logits.max()).sum()))
        tokens.append(int(logits.argmax()))
        present = {name.replace("present", "past_key_values"): value for name, value in outputs.items()}
        cache = {name: present[name] for name in cache}
        if not cross:
            cross = {name: value for name, value in cache.items() if ".encoder." in name}
    return np.array(rows), tokens[:_CHECK_STEPS]


@click.command(help="Fetch a Moonshine model and rebuild it as OUT/PRECISION/NAME, to compare precisions.")
@click.argument("name", type=click.Choice(["moonshine-base-en", "moonshine-tiny-en"]))
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--precision", type=click.Choice(PRECISIONS), default="int8", show_default=True)
def main(name: str, out: Path, precision: str) -> None:
    """Rebuild and print where."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        click.echo(fetch_and_rebuild(name, out, precision, lambda text: click.echo(text, err=True)))
    except CabinError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
