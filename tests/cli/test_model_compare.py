from __future__ import annotations

import json
import re

import pytest

from tests.slm import tiny

BUDGET = (
    "model_mb: {mb}\nparser_p50_ms: 10000\nparser_p95_ms: 10000\nmodel_resident_mib: 9000\nmodel_function_lost: 100\n"
)


@pytest.fixture(scope="module")
def catalog_dir(tmp_path_factory):
    return tiny.write_catalog(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def fp32_dir(tmp_path_factory, catalog_dir):
    return tiny.write_fp32(tmp_path_factory.mktemp("model") / "fp32", tiny.load(catalog_dir))


@pytest.fixture
def compare(cabin, fp32_dir, catalog_dir, tmp_path, monkeypatch):
    """Run the command on the small catalog's sentences."""
    monkeypatch.setenv("CABIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("cabin.cli.measuring.load_sentences", lambda app, catalogs: tiny.load(catalog_dir))

    def run(*arguments, source=fp32_dir):
        return cabin("model", "compare", source, "--sentences", "3", *arguments, small=False)

    return run


def test_side_by_side_with_a_budget_and_a_page(compare, tmp_path):
    page, budget = tmp_path / "page.html", tmp_path / "budget.yaml"
    budget.write_text(BUDGET.format(mb=1000))
    options = ("--schemes", "int8-channel,mixed-50", "--budget", budget, "--html", page)
    code, (found,), err = compare(*options, "--json")
    assert code == 0, err
    assert [row["scheme"] for row in found["schemes"]] == ["int8-channel", "mixed-50"]
    assert found["schemes"][1]["bits"] < found["schemes"][0]["bits"]
    assert any(row["front_by_size"] for row in found["schemes"])
    assert found["recommendation"]["scheme"] in ("int8-channel", "mixed-50")
    html = page.read_text()
    assert html.count("<svg") == 2
    assert not re.search(r"(src|href)=|https?://|@import|url\(", html)
    assert f"Recommended: {found['recommendation']['scheme']}" in html
    code, again, err = compare(*options)  # nothing is measured again
    assert code == 0
    assert "measuring" not in err
    assert again.splitlines()[1].startswith(f"int8-channel\t{found['schemes'][0]['mb']}\t")
    assert f"recommended: {found['recommendation']['scheme']}" in again


def test_a_budget_that_nothing_keeps(compare, tmp_path):
    budget = tmp_path / "budget.yaml"
    budget.write_text(BUDGET.format(mb=0.001))
    code, (found,), err = compare("--schemes", "int8-channel", "--budget", budget, "--json")
    assert code == 1
    assert found["recommendation"]["scheme"] is None
    assert "no scheme keeps the budget; nearest is int8-channel: size" in err


def test_what_was_measured_before_ctrl_c_is_kept(compare, monkeypatch, tmp_path):
    from cabin.quantization import comparing

    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        real = comparing._entry
        patched.setattr(comparing, "_entry", lambda name, *rest: stop() if name == "fp16" else real(name, *rest))
        code, _, err = compare("--schemes", "int8-channel,fp16")
    assert code == 130
    assert "Traceback" not in err
    work = tmp_path / "cache" / "quantization"
    (kept,) = work.iterdir()  # nothing half done stays
    assert list(json.loads(kept.read_text())) == ["int8-channel"]
    code, _, err = compare("--schemes", "int8-channel,fp16")
    assert code == 0
    assert "measuring fp16 beside FP32" in err
    assert "measuring int8-channel" not in err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--schemes", "int8-chanel"], 2, "Did you mean 'int8-channel'"),
        (["--schemes", "mixed-100"], 2, "unknown scheme"),
        (["--mix", "int8-channel,int8-channel"], 2, "more bits"),
        (["--sentences", "0"], 2, "a comparison needs sentences"),
        (["--budget", "/nowhere/at/all.yaml"], 2, "no such file"),
        (["--html", "/nowhere/at/all.html"], 2, "no file can be written there"),
        (["--backend", "onx"], 2, "onx"),
    ],
)
def test_wrong_use(compare, arguments, code, told):
    got, _, err = compare(*arguments)
    assert got == code
    assert told in err
    assert "Traceback" not in err


def test_a_budget_with_mistakes(compare, tmp_path):
    (tmp_path / "budget.yaml").write_text("model_mb: -1\nmodel_functin_lost: 2\n")
    code, _, err = compare("--budget", tmp_path / "budget.yaml")
    assert code == 2
    assert "out of range" in err
    assert "Did you mean 'model_function_lost'" in err


def test_a_folder_without_weights(compare, tmp_path):
    code, _, err = compare(source=tmp_path)
    assert code == 1
    assert "not a model folder" in err
