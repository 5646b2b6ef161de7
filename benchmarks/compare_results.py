"""List every difference between two folders of results: python benchmarks/compare_results.py A B.

Classical scores must be equal to the last digit, networks within their standard deviation over
seeds. Scores are matched by notebook, model, input, split and level. Exit status 1 if any score
that both folders have differs by more. `benchmarks/reference` holds the scores from before the
package was rebuilt.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd

KEY = ["notebook", "model", "input", "split", "level"]


def read_scores(folder: Path) -> pd.DataFrame:
    """Scores of all notebooks in a folder, indexed by `KEY`."""
    rows = []
    for path in sorted(folder.glob("*.json")):
        results = json.loads(path.read_text(encoding="utf-8"))
        for score in results["scores"]:
            split = score.get("split") or score["protocol"]  # the key of earlier versions
            rows.append({**score, "split": split, "notebook": results["notebook"]})
    columns = [*KEY, "accuracy", "n", "runs", "sd"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates(KEY).set_index(KEY)


def compare(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """One row per score of either folder: both accuracies, both n, and what became of it."""
    both = before.add_suffix("_before").join(after.add_suffix("_after"), how="outer")
    difference = (both["accuracy_after"] - both["accuracy_before"]).abs()
    network = both["runs_before"] > 1
    allowed = both["sd_before"].fillna(0).where(network, 0) + 1e-12
    both["status"] = "equal"
    both.loc[network & (difference > 0), "status"] = "within one deviation"
    both.loc[difference > allowed, "status"] = "DIFFERENT"
    both.loc[both["n_before"] != both["n_after"], "status"] = "other items"
    both.loc[both["accuracy_after"].isna(), "status"] = "only before"
    both.loc[both["accuracy_before"].isna(), "status"] = "only after"
    return both


def main() -> int:
    """Print the differences and how many scores are of each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    options = parser.parse_args()
    found = compare(read_scores(options.before), read_scores(options.after))
    shown = ["accuracy_before", "accuracy_after", "n_before", "n_after", "status"]
    differing = found[found["status"] != "equal"][shown]
    if len(differing):
        print(differing.to_string(float_format="{:.4f}".format))
    print(found["status"].value_counts().to_string())
    return int((found["status"] == "DIFFERENT").any())


if __name__ == "__main__":
    raise SystemExit(main())
