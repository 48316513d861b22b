from __future__ import annotations

import re
from pathlib import Path

import pytest

from cabin.errors import ConfigError
from cabin.modelstore.listing import load_models, models_file

GOOD = """
models:
  small:
    purpose: tests
    licence: MIT
    attribution: nobody
    sources:
      - pypi: some-package
        version: "1.0"
        archive: some_package-1.0-py3-none-any.whl
        sha256: {sha}
        bytes: 100
        files:
          - {{path: a/x.bin, sha256: {sha}, bytes: 10}}
          - {{path: a/words/, to: words}}
""".format(sha="0" * 64)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "models.yaml"
    path.write_text(text)
    return path


def test_reads_an_entry(tmp_path: Path) -> None:
    entry = load_models(write(tmp_path, GOOD))["small"]
    source = entry.sources[0]
    assert (source.origin, source.name, source.version) == ("pypi", "some-package", "1.0")
    assert [file.to for file in source.files] == ["x.bin", "words"]
    assert entry.download_bytes == 100
    assert set(entry.known_files()) == {"x.bin"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("licence: MIT", "license: MIT", "unknown key 'license'.*Did you mean 'licence'"),
        ("    purpose: tests\n", "", "'purpose' is missing"),
        ("bytes: 100", "bytes: many", "'bytes' must be a whole number"),
        ("bytes: 100", "bytes: 0", "'bytes' must be a whole number"),
        ("sha256: " + "0" * 64 + "\n", "sha256: abc\n", "no SHA-256"),
        ('version: "1.0"', "version: 1.0", "'version' must be text"),
        ("a/x.bin", "../x.bin", "may not lead out"),
        ("to: words", "to: /etc", "may not lead out"),
        ("archive: some", "archive: ../some", "no file name"),
        ("- pypi: some-package", "- url: ftp-thing", "no URL"),
        ("- pypi: some-package", "- pypi: a\n        npm: b", "one origin"),
        ("  small:", "  Small One:", "no name of a model"),
        ("    sources:", "    rebuild: nothing\n    sources:", "no step of a rebuild"),
        ("a/words/, to: words", f"b/x.bin, sha256: {'1' * 64}, bytes: 3", "two files become 'x.bin'"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as caught:
        load_models(write(tmp_path, GOOD.replace(old, new, 1)))
    assert re.search(message, str(caught.value))
    assert re.search(r"models\.yaml:\d+: ", str(caught.value))


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("licence: MIT", "license: MIT").replace("bytes: 100", "bytes: x").replace("a/x.bin", "/x")
    with pytest.raises(ConfigError) as caught:
        load_models(write(tmp_path, text))
    assert len(caught.value.problems) >= 3


@pytest.mark.parametrize("text", ["", "models: 3", "models: {a: 3}", "models: {a: {sources: [3]}}", "- 1"])
def test_nothing_like_a_list_of_models(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        load_models(write(tmp_path, text))


def test_the_list_of_this_repository_is_right() -> None:
    models = load_models(models_file())
    assert {"moonshine-base-en", "moonshine-tiny-en", "silero-vad", "vosk-small-en-us", "vosk-ko"} <= set(models)
    for entry in models.values():
        assert entry.licence in {"MIT", "Apache-2.0"}
        assert entry.attribution
    vosk = models["vosk-small-en-us"].sources[0]
    assert vosk.size_bytes == 41_205_931


def test_a_folder_of_ones_own_may_have_no_list(tmp_path: Path) -> None:
    assert models_file({"CABIN_MODELS": str(tmp_path), "HOME": str(tmp_path)}).is_file()
    own = write(tmp_path, GOOD)
    assert models_file({"CABIN_MODELS": str(tmp_path), "HOME": str(tmp_path)}) == own
