from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin_hibari.packed import Packed, pack

VALUES = st.one_of(st.text(max_size=8), st.integers(-5, 5), st.dictionaries(st.text(max_size=3), st.floats(0, 1)))


@given(
    st.dictionaries(
        st.sampled_from(["gold", "silver", "tags"]), st.dictionaries(st.text(max_size=6), VALUES, max_size=30)
    ),
    st.text(max_size=6),
)
def test_each_entry_is_found_and_nothing_else(tables, other):
    made = Packed(pack(tables))
    assert made.tables.keys() == tables.keys()
    for name, table in tables.items():
        found = made.tables[name]
        assert len(found) == len(table)
        assert {key: found.get(key) for key in table} == table
        assert all(key in found for key in table)
        assert found.get(other, "none") == table.get(other, "none")
        assert (other in found) == (other in table)


def test_in_a_file_and_not_in_half_of_one(tmp_path):
    data = pack({"words": {f"word{number}": number for number in range(1000)}})
    path = tmp_path / "x.packed"
    path.write_bytes(data)
    assert Packed.open(path).tables["words"].get("word77") == 77
    for wrong in (b"", data[:10], data[: len(data) // 2], data[:-1], b"x" * len(data)):
        path.write_bytes(wrong)
        with pytest.raises((ValueError, OSError)):
            Packed.open(path)
