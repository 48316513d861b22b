"""A catalog, a tokenizer and a model with random weights, all small: what holds for any weights is tried on them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from cabin.catalog.fingerprint import describe
from cabin.catalog.loader import load_catalog
from cabin.slm.architecture import Architecture
from cabin.slm.callspec import CallSpec, implied_values
from cabin.slm.package import ModelInfo, write_folder
from cabin.slm.vocabulary import Vocabulary, control_tokens

SIGNALS = """
signals:
  Vehicle.Tiny.{Left,Right}.Open: {kind: actuator, datatype: uint8, min: 0, max: 100, standard: false}
  Vehicle.Tiny.Heat: {kind: actuator, datatype: float, min: 16, max: 28, standard: false}
  Vehicle.Tiny.Play: {kind: actuator, datatype: boolean, standard: false}
"""
WINDOW = """
device: window
zones: {left: [Left], right: [Right], all: [Left, Right], default: [Left]}
intents:
  open:
    slots: {position: [left, right, all], value: {number: [0, 100]}, unit: [percent]}
    set: {"Vehicle.Tiny.{place}.Open": 100}
    reply: Open.
    sentences: [%s]
  close:
    slots: {position: [left, right, all]}
    set: {"Vehicle.Tiny.{place}.Open": 0}
    reply: Closed.
    sentences: [%s]
"""
HEAT = """
device: heat
intents:
  set:
    slots:
      value: {number: [16, 28], words: [max, min], required: true}
      unit: [celsius, degree]
    set: {Vehicle.Tiny.Heat: "{value}"}
    reply: Set.
    sentences:
      - slots: {value: max}
        sentences: [full heat, heat me up as much as you can]
      - %s
  up:
    set: {Vehicle.Tiny.Heat: {by: 1}}
    reply: Warmer.
    sentences: [%s]
"""
MUSIC = """
device: music
intents:
  play:
    slots: {song: {open: true}, artist: {open: true}}
    set: {Vehicle.Tiny.Play: true}
    reply: Playing.
    sentences:
      - slots: {song: something}
        sentences: [let me hear some music]
      - %s
"""
COMBINED = """
combined:
- calls:
  - window.open: {position: left}
  - music.play: {song: "{song}"}
  sentences: [%s]
"""
_FIRST = ["golden", "silver", "quiet", "broken", "blue", "distant", "paper", "northern"]
_LAST = ["river", "morning", "heart", "road", "lantern", "garden", "winter"]
_VERBS = ["open", "lower", "roll down", "wind down", "let down", "bring down", "crack open", "put down"]
_SHUT = ["close", "shut", "roll up", "wind up", "put up", "bring up"]
_SETS = ["set", "put", "turn", "change", "bring", "move", "adjust"]
_PLAYS = ["play", "put on", "start", "i want to hear", "let me hear", "give me"]
_REFUSED = {
    "out_of_scope": ["order a pizza with {a}", "send {a} to my office", "book {a} for tonight", "paint {a} in red"],
    "question": ["why is {a} so loud", "what does {a} mean", "who made {a}", "is {a} good for me"],
    "chatter": ["i saw {a} yesterday", "my sister loves {a}", "what a day for {a}", "{a} was great last year"],
    "unclear": ["{a} uh the", "a bit of {a} like"],
    "impossible": ["set the heat to a thousand with {a}", "open the window and close it with {a}"],
}


def write_catalog(folder: Path) -> Path:
    """Write the catalog; a few hundred patterns, so that some are held back."""
    opens = [f"{verb} [the] [{{position}}] window{tail}" for verb in _VERBS for tail in ("", " {value}", " please")]
    closes = [
        f"{verb} [the] [{{position}}] window{tail}" for verb in _SHUT for tail in ("", " now", " please", " again")
    ]
    sets = [f"{verb} the heat {tail}" for verb in _SETS for tail in ("to {value}", "at {value}", "to {value} now")]
    ups = [f"{how} {what}" for how in ("make it", "i want it", "it should be") for what in ("warmer", "less cold")]
    plays = [f"{verb} {what}" for verb in _PLAYS for what in ("{song}", "{song} by {artist}", "{artist}'s {song}")]
    both = [f"{verb} the left window and {other} {{song}}" for verb in _VERBS for other in _PLAYS[:3]]
    things = [f"{first} {last}" for first in _FIRST for last in _LAST]
    lists = {"song": things, "artist": [f"{last} {first}" for first in _FIRST for last in _LAST]}
    lists["song"] = [thing for at, thing in enumerate(things) if at % 4]  # so that mixing makes unknown ones
    refusals = {
        reason: [template.format(a=thing) for template in templates for thing in things[:20]]
        for reason, templates in _REFUSED.items()
    }
    files = {
        "signals.yaml": SIGNALS,
        "lists.yaml": json.dumps({"lists": lists}),
        "window.yaml": WINDOW % (_quoted(opens), _quoted(closes)),
        "heat.yaml": HEAT % ("\n      - ".join(sets), _quoted(ups)),
        "music.yaml": MUSIC % "\n      - ".join(f'"{text}"' for text in plays),
        "sentences/combined.yaml": COMBINED % _quoted(both),
        "refusals/all.yaml": json.dumps({"refusals": refusals}),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _quoted(texts: list[str]) -> str:
    return ", ".join(json.dumps(text) for text in texts)


@cache
def load(folder: Path):
    """Return the catalog with its sentences."""
    return load_catalog([folder], sentences=True)


@cache
def tokenizer() -> Tokenizer:
    """Return a byte-level BPE of some hundred tokens, parting digits as SmolLM2's does."""
    made = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    made.decoder = decoders.ByteLevel()
    texts = [
        " " + " ".join([*_VERBS, *_SHUT, *_SETS, *_PLAYS, *_FIRST, *_LAST]),
        " window heat left right's song by",
    ] * 9
    made.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False, min_frequency=2
        ),
    )
    return made


def vocabulary(catalog) -> Vocabulary:
    """Return the words and calls of the catalog."""
    return Vocabulary(tokenizer(), control_tokens(spec(catalog)))


def spec(catalog) -> CallSpec:
    """Return the calls of the catalog."""
    return CallSpec.from_catalog(catalog, implied_values(catalog))


def random_weights(a: Architecture, seed: int = 0, spread: float = 0.1) -> dict[str, np.ndarray]:
    """Return weights of the network's names and shapes."""
    rng = np.random.default_rng(seed)
    width = a.kv_heads * a.head_size
    shapes = {"embed_tokens.weight": (a.tokens, a.hidden)}
    for layer in range(a.layers):
        at = f"layers.{layer}"
        shapes |= {f"{at}.self_attn.{part}_proj.weight": (a.hidden, a.hidden) for part in "qo"}
        shapes |= {f"{at}.self_attn.{part}_proj.weight": (width, a.hidden) for part in "kv"}
        shapes |= {f"{at}.mlp.{part}_proj.weight": (a.feed_forward, a.hidden) for part in ("gate", "up")}
        shapes[f"{at}.mlp.down_proj.weight"] = (a.hidden, a.feed_forward)
    weights = {name: rng.normal(0, spread, shape).astype(np.float32) for name, shape in shapes.items()}
    norms = [
        "norm",
        *(f"layers.{i}.{n}" for i in range(a.layers) for n in ("input_layernorm", "post_attention_layernorm")),
    ]
    return weights | {f"{name}.weight": rng.uniform(0.8, 1.2, a.hidden).astype(np.float32) for name in norms}


def architecture(tokens: int, layers: int = 2) -> Architecture:
    """Return SmolLM2's proportions, tiny."""
    return Architecture(layers=layers, hidden=64, heads=4, kv_heads=2, feed_forward=128, tokens=tokens)


def write_fp32(folder: Path, catalog, seed: int = 0, **changed: np.ndarray) -> Path:
    """Write what `cabin model build --keep-fp32` writes, with random weights; `changed` replaces some."""
    words = vocabulary(catalog)
    shape = architecture(len(words))
    weights = random_weights(shape, seed) | changed
    provenance = {"patterns": 1, "steps": 0, "batch": 1, "seed": seed}
    info = ModelInfo(shape, words.control, spec(catalog), "fp32", provenance, describe(catalog))

    def fill(part: Path) -> None:
        np.savez(part / "weights.npz", **weights)
        (part / "tokenizer.json").write_text(words.tokenizer.to_str(), encoding="utf-8")
        (part / "model.json").write_text(json.dumps(info.to_json()), encoding="utf-8")

    write_folder(folder, fill)
    return folder


def write_gguf(path: Path, layers: int = 2) -> Path:
    """Write a base model of the Llama family as llama.cpp does, with random weights."""
    from gguf import GGUFWriter

    fields = json.loads(tokenizer().to_str())["model"]
    a = architecture(len(fields["vocab"]), layers)
    weights = random_weights(a, seed=7)
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(str(path), "llama")
    writer.add_embedding_length(a.hidden)
    writer.add_head_count(a.heads)
    writer.add_head_count_kv(a.kv_heads)
    writer.add_feed_forward_length(a.feed_forward)
    writer.add_rope_freq_base(a.rope_theta)
    writer.add_layer_norm_rms_eps(a.norm_eps)
    writer.add_token_list(sorted(fields["vocab"], key=fields["vocab"].__getitem__))
    writer.add_token_merges([" ".join(merge) for merge in fields["merges"]])
    names = {"embed_tokens": "token_embd", "norm": "output_norm"}
    theirs = {
        "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    }  # fmt: skip
    names |= {f"layers.{i}.{ours}": f"blk.{i}.{name}" for i in range(layers) for ours, name in theirs.items()}
    for name, weight in weights.items():
        heads = {"q_proj": a.heads, "k_proj": a.kv_heads}.get(name.split(".")[-2])
        writer.add_tensor(f"{names[name.removesuffix('.weight')]}.weight", _interleaved(weight, heads))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _interleaved(weight: np.ndarray, heads: int | None) -> np.ndarray:
    """Put rotary halves next to each other, as llama.cpp's converter does with query and key."""
    if heads is None:
        return weight
    rows, columns = weight.shape
    return np.ascontiguousarray(
        weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
    )
