"""What a notebook found, as one JSON file: scores with split, n and interval, and facts."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

from genre_utils.data import Dataset
from genre_utils.files import to_json, to_plain, write_text

FULL_RECORDINGS = 824  # of 1000, as far as public sources have them
VERSIONS_OF = (
    "genre_utils librosa numpy scipy pandas scikit-learn xgboost-cpu keras tensorflow-cpu"
).split()
# What the short names of models stand for, in tables and figures.
MODEL_NAMES = {
    "knn": "k-nearest neighbors",
    "random_forest": "random forest",
    "svm": "SVM",
    "xgboost": "XGBoost",
    "feed_forward": "feed-forward network",
    "logistic": "logistic regression",
    "lda": "LDA with shrinkage",
    "whitened": "SVM, whitened within artists",
    "blend": "average of five models",
    "published_cnn": "published CNN",
    "waveform": "1-D CNN",
    "cnn": "our CNN",
    "cnn_average": "our CNN, averaged",
    "fusion": "CNN and features",
    "probe": "linear probe",
    "fine_tuned": "fine-tuned encoder",
    "gru": "GRU",
    "lstm": "LSTM",
    "bidirectional": "GRU, both ways",
    "crnn": "CNN and GRU",
    "transformer": "transformer encoder",
    "attention": "attention pooling",
    "words": "words of the title",
    "early_fusion": "early fusion",
    "late_fusion": "late fusion",
    "stacking": "stacking",
    "gated_fusion": "gated network",
}
MODEL_NAMES |= {f"{name}_tuned": f"{label}, tuned" for name, label in MODEL_NAMES.items()}


@dataclass(frozen=True)
class Score:
    """One model under one split.

    Attributes
    ----------
    model, input
        Short names, for example "knn" and "features_3_sec".
    split
        "random", "track", "artist" or "filtered".
    level
        "segment" or "track".
    accuracy, ci95, macro_f1
        Fractions; `ci95` is the bootstrap interval of the accuracy.
    n, genres
        How many items were scored, of how many genres.
    published
        The published accuracy of the same model, or None.
    runs, sd
        For networks: number of seeds that the accuracy is the mean of, and its standard deviation.
    macro_recall
        Mean over genres of the share that is classified correctly (balanced accuracy).
    """

    model: str
    input: str
    split: str
    level: str
    accuracy: float
    ci95: tuple[float, float]
    macro_f1: float
    n: int
    genres: int
    published: float | None = None
    runs: int = 1
    sd: float | None = None
    macro_recall: float | None = None


class NotebookEnd(Exception):  # noqa: N818
    """Ends a notebook early, without an error: the collection does not allow more."""

    def _render_traceback_(self) -> list[str]:
        """Lines that IPython prints instead of a traceback."""
        return [str(self)]


class Results:
    """Collects the scores and facts of a notebook, and its run time.

    Parameters
    ----------
    notebook
        Its name, "01_eda".
    dataset
        The collection it runs on.
    profile
        "quick" or "full".
    seed
        Seed of all random choices.
    """

    def __init__(self, notebook: str, dataset: Dataset, profile: str, seed: int) -> None:
        self.started = time.monotonic()
        self.notebook, self.dataset, self.profile, self.seed = notebook, dataset, profile, seed
        self.scores: list[Score] = []
        self.facts: dict[str, Any] = {}

    def fact(self, **facts: Any) -> None:
        """Note named findings: numbers, texts, lists of them."""
        self.facts |= facts

    def notice(self) -> Any:
        """Return the banner for runs that the text does not discuss; None for the full run.

        The prose of the notebooks is about GTZAN with at least `FULL_RECORDINGS` recordings.
        """
        from IPython.display import Markdown  # noqa: PLC0415  (only notebooks have IPython)

        full = self.dataset.name == "GTZAN" and len(self.dataset.audio) >= FULL_RECORDINGS
        if full and self.profile == "full":
            return None
        here = "a synthesized demo collection" if self.dataset.synthetic else "your collection"
        return Markdown(
            f"> **Note.** The text discusses the results of the full run: GTZAN with "
            f"{FULL_RECORDINGS} recordings. This page was made in the {self.profile} profile from "
            f"{here} with {len(self.dataset.audio)} recordings, so its numbers differ."
        )

    def end(self, finding: str, folder: str | Path) -> NoReturn:
        """Write the results so far and end the notebook early, with the reason.

        Parameters
        ----------
        finding
            Why, in one sentence.
        folder
            As in `write`.

        Raises
        ------
        NotebookEnd
            Always.
        """
        self.fact(finding=finding)
        self.write(folder)
        raise NotebookEnd(f"This page ends here. {finding}")

    def as_dict(self) -> dict[str, Any]:
        """Return the object that the file holds."""
        found = {
            "notebook": self.notebook,
            "dataset": self.dataset.describe(),
            "profile": self.profile,
            "seed": self.seed,
            "versions": versions(),
            "machine": machine(),
            "seconds": round(time.monotonic() - self.started, 1),
            "scores": [asdict(score) for score in self.scores],
            "facts": self.facts,
        }
        return to_plain(found)

    def write(self, folder: str | Path) -> Path | None:
        """Write ``NN_name.json`` into a folder; without a folder write nothing.

        Parameters
        ----------
        folder
            Where to; "" (a notebook opened by hand) for nowhere.
        """
        if not str(folder):
            return None
        path = Path(folder) / f"{self.notebook}.json"
        write_text(path, to_json(self.as_dict()) + "\n")
        return path


def read_results(folder: str | Path) -> list[dict[str, Any]]:
    """All results in a folder, by notebook."""
    paths = sorted(Path(folder).glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that figures depend on."""
    found = {"python": platform.python_version()}
    for name in VERSIONS_OF:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # an extra that this environment does without, or has in another build
    return found


def machine() -> str:
    """Processor, cores and memory, in one line."""
    name = platform.processor() or platform.machine()
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            name = line.split(":", 1)[1].strip()
            break
    kilobytes = [line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")]
    memory = f", {int(kilobytes[0]) / 2**20:.0f} GiB" if kilobytes else ""
    return f"{name}, {os.cpu_count()} cores{memory}, {platform.system()}"


def _lines(path: str) -> list[str]:
    """Lines of a file that only some systems have."""
    return Path(path).read_text().splitlines() if Path(path).is_file() else []
