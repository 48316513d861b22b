from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cabin.errors import ModelError
from cabin.speech.recognizer import RecognizerSettings
from cabin_vosk.model import can_take_grammar, load_model, split_phrases
from cabin_vosk.recognizer import VoskRecognizer

CopyModel = Callable[[], Path]


@pytest.fixture
def copy_model(korean_model: Path, tmp_path: Path) -> CopyModel:
    """Return a function that copies the model as links, so that a test may replace a file."""
    return lambda: Path(
        shutil.copytree(korean_model, tmp_path / "model", copy_function=lambda source, to: Path(to).symlink_to(source))
    )


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="folder is missing"):
        load_model(tmp_path / "missing")


def test_all_missing_files_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path)
    assert len(caught.value.problems) == 3
    assert "am/final.mdl" in str(caught.value)


def test_an_empty_file_is_told(copy_model: CopyModel) -> None:
    folder = copy_model()
    (folder / "am" / "final.mdl").unlink()
    (folder / "am" / "final.mdl").touch()
    with pytest.raises(ModelError, match=r"am/final\.mdl: a file of the model is empty"):
        load_model(folder)


@pytest.mark.parametrize("name", ["am/final.mdl", "conf/model.conf"])
def test_a_damaged_file_is_an_error_and_no_crash(copy_model: CopyModel, name: str) -> None:
    folder = copy_model()
    (folder / name).unlink()
    (folder / name).write_bytes(b"damaged" * 100)
    with pytest.raises(ModelError, match="cabin models verify"):
        load_model(folder)


def test_a_damaged_graph_is_an_error_and_no_crash(copy_model: CopyModel) -> None:
    """Vosk loads such a model; it fails when the first decoder is made."""
    folder = copy_model()
    (folder / "graph" / "HCLr.fst").unlink()
    (folder / "graph" / "HCLr.fst").write_bytes(b"damaged" * 100)
    with pytest.raises(ModelError, match="cabin models verify"):
        VoskRecognizer(RecognizerSettings(folder))


def test_a_graph_built_beforehand_takes_no_grammar(korean_model: Path, tmp_path: Path) -> None:
    assert can_take_grammar(korean_model)
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "HCLG.fst").touch()
    assert not can_take_grammar(tmp_path)


class FewWords:
    """A model that knows two words."""

    def vosk_model_find_word(self, word: str) -> int:
        return 1 if word in ("open", "window") else -1


def test_phrases_with_unknown_words_are_left_out_and_the_words_told() -> None:
    phrases = ["open  window", "open sunshade", "close sunshade", " "]
    assert split_phrases(FewWords(), phrases) == (["open window"], ["sunshade", "close"])


def test_a_vosk_that_cannot_be_asked_takes_all_phrases() -> None:
    assert split_phrases(object(), ["open sunshade"]) == (["open sunshade"], [])
