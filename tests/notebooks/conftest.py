"""Results of the committed full run, for the tests of what the prose says about it."""

import json
from pathlib import Path

import pytest

RESULTS = Path(__file__).parents[2] / "reports" / "results"


@pytest.fixture(scope="module")
def found(request):
    """Results of the notebook with the number of the test module, test_claims_NN."""
    number = request.module.__name__[-2:]
    found = json.loads(next(RESULTS.glob(f"{number}_*.json")).read_text("utf-8"))
    data = found["dataset"]
    if (data["name"], data["tracks_with_audio"], found["profile"]) != ("GTZAN", 824, "full"):
        pytest.skip("the committed results are not of the full run")
    return found


@pytest.fixture(scope="module")
def facts(found):
    return found["facts"]
