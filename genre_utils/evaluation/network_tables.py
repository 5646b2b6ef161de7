"""What networks said of pieces and of tracks: names, tables, scores and facts."""

from __future__ import annotations

from genre_utils.evaluation.results import MODEL_NAMES, Score
from genre_utils.wording import interval, percent

# One name a network on all pages, so that no two of them are called "our CNN".
_NAMES = {
    ("waveform", "raw"): "waveform network",
    ("cnn", "mel"): "small CNN on mel",
    ("published_cnn", "mfcc"): "the summary's CNN",
    ("feed_forward", "mfcc"): "feed-forward network on MFCCs",
    ("cnn", "picture"): "our CNN on pictures",
    ("cnn_average", "picture"): "our CNNs on pictures, averaged",
    ("cnn", "mel, whole"): "our CNN on recordings",
    ("cnn_average", "mel, whole"): "our CNNs on recordings, averaged",
    ("fusion", "picture and features_30_sec"): "our CNNs on pictures, with 57 features",
}
_SHORT = {"published_cnn": "the summary's CNN", "waveform": "waveform network"}
_GIVEN = {"features_3_sec": "57 features", "features_30_sec": "57 features"}
_ENOUGH = 20  # below so many, a percentage says more than is known


def network_name(model: str, data: str) -> str:
    """What a network, or a model beside it, is called on the page."""
    given = _GIVEN.get(data, data)
    return _NAMES.get((model, data)) or f"{model_name(model)}, {given}"


def model_name(model: str) -> str:
    """What a model is called where its input stands beside it."""
    return (MODEL_NAMES | _SHORT).get(model, model)


def out_of(hits: int, n: int) -> str:
    """So many of so many: "3 of 4"; with a percentage where there are enough to speak of one."""
    told = f"{hits:,} of {n:,}"
    return told if n < _ENOUGH else f"{told} ({percent(hits / n)})"


def tell_accuracy(found: Score) -> str:
    """Accuracy, its 95 % interval, and of how many."""
    return f"{percent(found.accuracy)} {interval(*found.ci95)}, n = {found.n}"
