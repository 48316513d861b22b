from __future__ import annotations

import json
import re

import numpy as np
import pytest

from cabin.quantization.quantizing import folder_bytes
from cabin.quantization.scheme import Scheme
from cabin.quantization.tensors import read_tensors
from cabin.slm.package import read_info, verify
from tests.slm import tiny


@pytest.fixture(scope="module")
def catalog_dir(tmp_path_factory):
    return tiny.write_catalog(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def fp32_dir(tmp_path_factory, catalog_dir):
    return tiny.write_fp32(tmp_path_factory.mktemp("model") / "fp32", tiny.load(catalog_dir))


@pytest.fixture
def gold(tmp_path):
    texts = ["open the left window", "close it", "play golden river", "set the heat to 20"]
    rows = [{"text": text, "calls": [{"intent": "window.open"}]} for text in texts]
    rows.append({"text": "what a day", "calls": [], "refuse": "chatter"})
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def quantize(cabin, fp32_dir, catalog_dir, tmp_path, monkeypatch):
    """Run the command; the sentences are the small catalog's alone (reading the first-party refusals takes long)."""
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("cabin.cli.measuring.load_sentences", lambda app, catalogs: tiny.load(catalog_dir))

    def run(*arguments, source=fp32_dir):
        return cabin("model", "quantize", "--from", source, "--out", tmp_path / "out", *arguments, small=False)

    return run


def test_without_measuring(quantize, tmp_path):
    code, (report,), _ = quantize("--scheme", "int4", "--sentences", "0", "--json")
    assert (code, report["scheme"]["name"]) == (0, "int4-group32")
    verify(tmp_path / "out")
    assert read_info(tmp_path / "out").number_format == "int4-group32"
    assert report["measured"] == {"token_table": "int8-channel"}
    code, out, _ = quantize("--scheme", "nf4", "--sentences", "0", "--calibration", "mse")
    assert code == 0
    assert "nf4-group64-mse" in out
    assert "embed_tokens" in out
    assert list((tmp_path / "cache" / "quantization").iterdir()) == []


def test_measured_beside_fp32_with_a_page(quantize, gold, tmp_path):
    page = tmp_path / "page.html"
    code, (report,), err = quantize("--gold", gold, "--html", page, "--json")
    assert code == 0, err
    assert json.loads((tmp_path / "out" / "quantization.json").read_text()) == report
    measured = report["measured"]
    assert measured["before"]["sentences"] == measured["after"]["sentences"] == 5
    for model in ("fp32", "small"):
        assert all(measured[model][key] > 0 for key in ("p50_ms", "p95_ms", "rss_mib", "decode_tokens_per_s"))
    assert measured["folder_bytes"] < measured["folder_bytes_fp32"]
    assert measured["ratios"]["p50_speedup"] == pytest.approx(
        measured["fp32"]["p50_ms"] / measured["small"]["p50_ms"], rel=0.05
    )
    assert len(report["histograms"]) == 3
    for each in report["histograms"]:
        assert sum(each["before"]) == sum(each["after"])
    html = page.read_text()
    assert html.count("<svg") == 4
    assert not re.search(r"(src|href)=|https?://|@import|url\(", html)


def test_a_loss_that_is_too_large_writes_nothing(quantize, gold, tmp_path):
    code, _, err = quantize("--gold", gold, "--scheme", "int4", "--max-loss", "-101")
    assert code == 1
    assert "quantizing loses too much" in err
    assert "at most -101 (--max-loss)" in err
    assert not (tmp_path / "out").exists()


def test_mixed_by_size(quantize, tmp_path):
    code, *_ = quantize("--sentences", "0")
    assert code == 0
    size = folder_bytes(tmp_path / "out")
    options = ("--scheme", "mixed", "--sentences", "0", "--json")
    code, (report,), err = quantize(*options, "--max-mb", (size - 9000) / 1e6)
    assert code == 0, err
    assert re.fullmatch(r"int8-channel\+\dxint4-group32", report["scheme"]["name"])
    assert folder_bytes(tmp_path / "out") <= size - 8000  # names in model.json and tensors.json grow a little
    chosen = {row["name"] for row in report["sensitivity"]["products"] if row["chosen"]}
    assert chosen == set(report["scheme"]["overrides"])
    stored = read_tensors(tmp_path / "out")
    assert {name for name, tensor in stored.items() if tensor.scheme == Scheme("int4", "group", 32)} == chosen
    code, _, err = quantize(*options, "--max-mb", "0.01")
    assert code == 1
    assert "no mixture is that small" in err


def test_mixed_by_loss(quantize):
    options = ("--scheme", "mixed", "--sentences", "3", "--json")
    code, (report,), err = quantize(*options, "--max-loss", "100")
    assert code == 0, err
    assert report["scheme"]["name"] == "int8-channel+8xint4-group32"
    assert [row["products"] for row in report["sensitivity"]["tried"]] == [8]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--scheme", "mixed"], "a mixture needs a limit"),
        (["--scheme", "nf4", "--affine"], "nf4 has no zero point"),
        (["--max-mb", "3"], "a size is for --scheme mixed"),
        (["--sentences", "0", "--max-loss", "1"], "a loss is measured on sentences"),
        (["--scheme", "mixed", "--max-mb", "1", "--mix", "int8-channel"], "two schemes are wanted"),
        (["--scheme", "mixed", "--max-mb", "1", "--mix", "int4-channel,int8-channel"], "more bits"),
        (["--scheme", "mixed", "--max-mb", "1", "--mix", "int8-chanel,int4-group32"], "Did you mean 'int8-channel'"),
        (["--granularity", "row"], "unknown granularity"),
        (["--html", "/nowhere/at/all.html"], "no file can be written there"),
        (["--backend", "onx", "--sentences", "0"], "onx"),
        (["--scheme", "int3"], "int3"),
        (["--percentile", "20"], "percentile"),
    ],
)
def test_wrong_use(quantize, arguments, told, tmp_path):
    code, _, err = quantize(*arguments)
    assert code == 2
    assert told in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_a_source_without_weights_is_told_before_catalogs_are_read(quantize, tmp_path, fp32_dir):
    code, _, err = quantize(source=tmp_path / "none")
    assert code == 1
    assert "no such model folder" in err
    assert quantize("--sentences", "0")[0] == 0
    code, _, err = quantize(source=tmp_path / "out")
    assert code == 1
    assert "--keep-fp32" in err


def test_weights_that_no_format_holds(quantize, tmp_path, catalog_dir):
    bad = {"layers.0.mlp.down_proj.weight": np.full((64, 128), np.nan, np.float32)}
    source = tiny.write_fp32(tmp_path / "bad", tiny.load(catalog_dir), **bad)
    code, _, err = quantize("--sentences", "0", source=source)
    assert code == 1
    assert "cannot be stored" in err
    assert not (tmp_path / "out").exists()
