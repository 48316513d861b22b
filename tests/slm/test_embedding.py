from __future__ import annotations

import numpy as np
import pytest

from cabin.slm.embedding import TokenTable


@pytest.mark.parametrize("kind", [np.int8, np.float16, np.float32])
def test_rows_and_scores(tmp_path, kind):
    rows = np.random.default_rng(0).integers(-9, 9, (20, 8)).astype(kind)
    scales = np.linspace(0.5, 2, 20, dtype=np.float32)
    np.save(tmp_path / "tokens.npy", rows)
    np.save(tmp_path / "token_scales.npy", scales)
    table = TokenTable.load(tmp_path)
    tokens = [3, 3, 19]
    expected = rows[tokens].astype(np.float32) * scales[tokens][:, None]
    assert table.embed(tokens).dtype == np.float32
    assert (table.embed(tokens) == expected).all()
    hidden = np.arange(8, dtype=np.float32)
    assert table.score(hidden, tokens) == pytest.approx(expected @ hidden)
