from __future__ import annotations

import numpy as np
import pytest

from cabin.slm.embedding import TokenTable


@pytest.fixture
def save(tmp_path):
    def write(kind=np.int8, scales=20):
        rows = np.random.default_rng(0).integers(-9, 9, (20, 8)).astype(kind)
        np.save(tmp_path / "tokens.npy", rows)
        np.save(tmp_path / "token_scales.npy", np.linspace(0.5, 2, scales, dtype=np.float32))
        return rows

    return write


@pytest.mark.parametrize("kept", [0, 5, 20])
@pytest.mark.parametrize("kind", [np.int8, np.float16, np.float32])
def test_rows_and_scores(tmp_path, save, kind, kept):
    rows = save(kind)
    scales = np.linspace(0.5, 2, 20, dtype=np.float32)
    table = TokenTable.load(tmp_path, kept)
    assert table.shape == (20, 8)
    hidden = np.arange(8, dtype=np.float32)
    for tokens in ([3, 3, 19], [19, 15, 16], [14, 0], [7]):
        expected = rows[tokens].astype(np.float32) * scales[tokens][:, None]
        assert table.embed(tokens).dtype == np.float32
        assert (table.embed(tokens) == expected).all()
        assert table.score(hidden, tokens) == pytest.approx(expected @ hidden)


def test_a_table_whose_file_is_replaced_stays_what_it_was(tmp_path, save):
    rows = save()
    table = TokenTable.load(tmp_path)
    before = table.embed([4])
    np.save(tmp_path / "other.npy", np.zeros_like(rows))
    (tmp_path / "other.npy").replace(tmp_path / "tokens.npy")
    assert (table.embed([4]) == before).all()


def test_what_is_no_table_is_refused(tmp_path, save):
    save(scales=19)
    with pytest.raises(ValueError, match="are no token table"):
        TokenTable.load(tmp_path)
    with pytest.raises(OSError, match="nowhere"):
        TokenTable.load(tmp_path / "nowhere")
