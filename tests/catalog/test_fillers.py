from __future__ import annotations

import random

import pytest

from cabin.catalog.fillers import filler_files
from cabin.catalog.loader import load_catalog
from cabin.catalog.sampling import Sample, SampledCall, Sampler
from cabin.errors import CatalogError
from cabin.slm.disturbance import NameMixer

FILE = "fillers/person.txt"


def test_read_with_the_sentences_only(write, files):
    folder = write({**files, FILE: "# some\ndoctor amari\njo from the garage\n"})
    assert set(load_catalog([folder]).lists["person"].entries) == {"mom", "doctor smith"}
    full = load_catalog([folder], sentences=True).lists["person"]
    assert full.entries == {name: (name,) for name in ("mom", "doctor smith", "doctor amari", "jo from the garage")}
    assert full.slot == "person"


def test_sentences_are_made_with_them(write, files):
    catalog = load_catalog([write({**files, FILE: "doctor amari\n"})], sentences=True)
    intent = catalog.intents["fragrance.note"]
    texts = set()
    sampler, rng = Sampler(catalog), random.Random(1)
    for _ in range(60):
        for group in intent.sentences:
            sample = sampler.group(intent, group, rng)
            texts.add(sample.text)
    assert any("doctor amari" in text for text in texts)
    assert any("doctor smith" in text for text in texts)


def test_names_are_mixed_of_them(write, files):
    lines = [f"{first} {last}" for first in ("ann", "bo", "cy", "di", "ed", "flo", "gus") for last in "kmnprst"]
    catalog = load_catalog([write({**files, FILE: "\n".join(lines)})], sentences=True)
    sample = Sample("tell jo it is good", (SampledCall("fragrance.note", {"person": "jo"}, {"person": (5, 7)}),))
    mixer, rng = NameMixer(catalog), random.Random(1)
    names = {str(mixer.rename(sample, rng).calls[0].slots["person"]) for _ in range(50)}
    assert len(names & set(lines)) > 10


def test_the_list_may_be_another_catalogs(write, files):
    other = write({"lists.yaml": "lists: {brand: [acme]}", FILE: "uncle bo\nmom"}, "b")
    catalog = load_catalog([other, write(files, "a")], sentences=True)
    assert set(catalog.lists["person"].entries) == {"mom", "doctor smith", "uncle bo"}


@pytest.mark.parametrize(
    ("name", "text", "line", "said"),
    [
        ("persom", "jo\n", "persom.txt: ", "unknown list 'persom'"),
        ("person", "jo\n\nann\n", "person.txt:2: ", "the line is empty"),
        ("person", "jo\nDr. Smith\n", "person.txt:2: ", "expected: dr smith"),
        ("person", "jo \n", "person.txt:1: ", "not as utterances are normalized"),
        ("person", "jo\r\n", "person.txt:1: ", "not as utterances are normalized"),
        ("person", "jo\n# x\njo\n", "person.txt:3: ", "It is in line 1 already"),
        ("person", "# only words about it\n", "person.txt: ", "no phrase in the file"),
        ("scent", "roses\n", "scent.txt:1: ", "'roses' stands for two values"),
    ],
)
def test_mistakes(problems, files, name, text, line, said):
    (found,) = problems({**files, f"fillers/{name}.txt": text})
    assert line in found
    assert said in found


def test_all_mistakes_at_once(problems, files):
    files |= {"fillers/persons.txt": "jo\n", FILE: "Jo\n\n", "fillers/more.yaml": "lists: {}"}
    found = problems(files)
    assert len(found) == 4
    assert any("did you mean" in problem.lower() and "person" in problem for problem in found)
    assert any("the ending is not .txt" in problem for problem in found)


def test_a_broken_lists_file_causes_no_follow_up(problems, files):
    found = problems({**files, "lists.yaml": "lists: {", FILE: "jo\n"})
    assert all("person.txt" not in problem for problem in found)


def test_files_that_cannot_be_read(write, files):
    folder = write({**files, FILE: "jo\n"})
    (folder / FILE).write_bytes(b"jo\n\xff\n")
    (folder / "fillers" / "scent.txt").mkdir()
    (folder / "fillers" / ".hidden").write_text("x")
    with pytest.raises(CatalogError) as caught:
        load_catalog([folder], sentences=True)
    said = sorted(str(problem) for problem in caught.value.problems)
    assert len(said) == 2
    assert "person.txt: not UTF-8" in said[0]
    assert "scent.txt: cannot be read" in said[1]


def test_no_folder_no_files(write, files):
    assert filler_files(write(files)) == []
