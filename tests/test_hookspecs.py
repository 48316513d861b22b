"""Every hook is typed and says when it fires, on which thread, and for how long it may run."""

from __future__ import annotations

import inspect
import re

import pytest

from cabin.hookspecs import ENTRY_POINT_GROUP, CabinSpec, hookimpl

HOOKS = {name: function for name, function in vars(CabinSpec).items() if not name.startswith("_")}


@pytest.mark.parametrize("name", HOOKS)
def test_its_docstring_says_what_a_plugin_author_must_know(name):
    doc = inspect.getdoc(HOOKS[name])
    summary, _, rest = doc.partition("\n\n")
    told = " ".join((rest or summary).split())
    assert re.search(r"\bFires\b", told)
    assert re.search(r"main thread|chain's thread", told)
    assert re.search(r"\b2 s\b|\b50 ms\b", told)


@pytest.mark.parametrize("name", HOOKS)
def test_it_is_fully_typed(name):
    signature = inspect.signature(HOOKS[name])
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in list(signature.parameters.values())[1:]:
        assert parameter.annotation is not inspect.Parameter.empty


def test_the_markers_are_those_of_the_entry_point_group():
    assert hookimpl.project_name == ENTRY_POINT_GROUP == "cabin"
