from __future__ import annotations

import os
from pathlib import Path

import pytest

from cabin.errors import ConfigError
from cabin.speech.bias_compile import compile_language
from cabin.speech.bias_language import Language
from cabin.speech.bias_lists import MOST_PHRASES, ListFiles, read_phrases
from cabin.speech.lexicon import Lexicon


@pytest.fixture
def language(catalog_of) -> Language:
    return Language(compile_language(catalog_of("call {contact}"), Lexicon()))


def is_known(language: Language, name: str) -> bool:
    """Whether the language itself has the name: in an open slot any words may stand, but these are its own."""
    state = language.follow(language.start(), language.number("call"))
    assert state is not None
    return name in language.words and language.number(name) in language.next_words(state)


def write(path: Path, text: str, changed_s: int) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (changed_s, changed_s))


def test_a_file_that_changes_is_read_anew(language, tmp_path):
    contacts = tmp_path / "contacts.txt"
    lists = ListFiles(language, {"contact": contacts})
    lists.refresh()
    assert not is_known(language, "zerlina")
    write(contacts, "# from the telephone\nZerlina\n\nDon Ottavio!\n", 1)
    lists.refresh()
    assert is_known(language, "zerlina")
    assert is_known(language, "don")
    write(contacts, "Masetto\n", 2)
    assert not is_known(language, "masetto")
    lists.refresh()
    assert is_known(language, "masetto")
    assert not is_known(language, "zerlina")
    contacts.unlink()
    lists.refresh()
    assert not is_known(language, "masetto")


def test_what_has_not_changed_is_not_read(language, tmp_path, monkeypatch):
    contacts = tmp_path / "contacts.txt"
    write(contacts, "Zerlina\n", 1)
    lists = ListFiles(language, {"contact": contacts})
    lists.refresh()
    monkeypatch.setattr("cabin.speech.bias_lists.read_phrases", lambda _: pytest.fail("read again"))
    lists.refresh()
    assert is_known(language, "zerlina")


def test_a_list_that_no_sentence_has_is_told(language, tmp_path):
    with pytest.raises(ConfigError, match="contacts") as raised:
        ListFiles(language, {"contacts": tmp_path / "a", "number": tmp_path / "b"})
    assert len(raised.value.problems) == 2
    assert "contact" in raised.value.problems[0].hint


def test_files_of_any_kind_do_no_harm(tmp_path, caplog):
    path = tmp_path / "list"
    path.write_bytes(b"\xff\xfe\x00")
    assert read_phrases(path) == []
    assert read_phrases(tmp_path) == []
    path.write_text("a\n" * 10 + f"{'x' * 200}\n  \n#no\n B b \n", encoding="utf-8")
    assert read_phrases(path) == ["a", "b b"]
    path.write_text("\n".join(f"name{number}" for number in range(MOST_PHRASES + 5)), encoding="utf-8")
    assert len(read_phrases(path)) == MOST_PHRASES
    assert "only the first" in caplog.text
