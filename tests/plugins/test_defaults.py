"""The list of first-party plugins."""

from __future__ import annotations

import importlib.util

import pytest

from cabin.plugins.defaults import DEFAULT_PLUGINS


@pytest.mark.parametrize("name", DEFAULT_PLUGINS)
def test_each_can_be_imported(name):
    assert importlib.util.find_spec(name) is not None


def test_none_stands_twice():
    assert len(set(DEFAULT_PLUGINS)) == len(DEFAULT_PLUGINS)
