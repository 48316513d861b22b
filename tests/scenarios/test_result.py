from __future__ import annotations

import json

from cabin.scenarios.result import result_from


def test_a_result_survives_json(two_results):
    for result in two_results:
        told = json.dumps(result.to_json())
        assert json.dumps(result_from(json.loads(told)).to_json()) == told
