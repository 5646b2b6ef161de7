"""Small sounds and tables that several tests share."""

import os

import numpy as np
import pandas as pd
import pytest
import soundfile as sf

from genre_utils.audio import FEATURE_COLUMNS
from genre_utils.data import (
    INPUTS,
    DatasetError,
    cache_dir,
    load_features,
    open_dataset,
    read_dataset,
)

FORMATS = [
    ("wav", "PCM_U8"),
    ("wav", "PCM_16"),
    ("wav", "PCM_24"),
    ("wav", "FLOAT"),
    ("au", "PCM_16"),
    ("au", "ULAW"),
    ("aiff", "PCM_16"),
    ("flac", "PCM_16"),
    ("ogg", "VORBIS"),
    ("opus", "OPUS"),
    ("mp3", "MPEG_LAYER_III"),
]
# Root may read and write what is forbidden to others; systems without such a user have no geteuid.
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
KINDS = list(INPUTS)
COLUMNS = ["filename", "length", *FEATURE_COLUMNS, "label"]
NAMES_30 = ["blues.00000.wav", "jazz.00001.wav", "jazz.00002.wav"]
NAMES_3 = ["blues.00000.0.wav", "blues.00000.1.wav", "jazz.00099.9.wav"]


def sound(path, seconds=1.0, seed=0, lead=0.0):
    """Write a noisy tone of its own, `lead` seconds of silence before it."""
    noise = np.random.default_rng(seed).normal(0, 0.05, round(seconds * 22050))
    y = 0.4 * np.sin(2 * np.pi * (200 + 60 * seed) * np.arange(len(noise)) / 22050) + noise
    path.parent.mkdir(parents=True, exist_ok=True)
    sf.write(path, np.concatenate([np.zeros(round(lead * 22050)), y]).clip(-1, 1), 22050)
    return path


def tone(seconds=1.0, rate=22050, hz=440.0, level=0.5):
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def write(path, y, rate=22050, **kind):
    if path.suffix == ".opus":
        kind["format"] = "OGG"
    sf.write(path, y, rate, **kind)
    return path


def encode(path, y, rate, format_, codec, *, bit_rate=192_000):
    """Write a mono signal, shape (samples,), in a format that libsndfile need not know."""
    import av

    with path.open("wb") as target, av.open(target, "w", format=format_) as file:
        stream = file.add_stream(codec, rate=rate, layout="mono", bit_rate=bit_rate)
        whole = np.ascontiguousarray(y, np.float32)[None]
        frame = av.AudioFrame.from_ndarray(whole, format="fltp", layout="mono")
        frame.sample_rate = rate
        fitted = av.AudioResampler(
            stream.format, "mono", rate, frame_size=stream.codec_context.frame_size or None
        )
        for part in [*fitted.resample(frame), *fitted.resample(None)]:
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    return path


def cut(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * share)])
    return path


def sounds(root, count=3, seconds=1.0):
    for n in range(count):
        genre = ("jazz", "rock")[n % 2]
        sound(root / f"genres/{genre}/{genre}.{n:05d}.wav", seconds, seed=n)
    return read_dataset(root)


def extract(found, kind="features_30_sec"):
    return load_features(found, kind, n_jobs=1, progress=False)


def same(first, second):
    """The same; numbers but for their last bits, as other processes may have other threads."""
    assert first.values.index.equals(second.values.index)
    assert list(first.values) == list(second.values)
    for a, b in zip(first.values.to_numpy().ravel(), second.values.to_numpy().ravel(), strict=True):
        if np.asarray(a).dtype.kind == "f":
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
        else:
            assert np.array_equal(a, b)
    return True


def kept(folder=None):
    """Finished files of a cache, and when each was written."""
    files = (folder or cache_dir()).rglob("*")
    return {p: p.stat().st_mtime_ns for p in files if p.suffix == ".npy"}


def table_of(names):
    values = np.random.default_rng(0).normal(size=(len(names), len(FEATURE_COLUMNS)))
    table = pd.DataFrame(values, columns=list(FEATURE_COLUMNS))
    table.insert(0, "length", 66149)
    table.insert(0, "filename", names)
    return table.assign(label=[name.split(".")[0] for name in names])


def written(table, folder, seconds=30, **options):
    path = folder / f"features_{seconds}_sec.csv"
    table.to_csv(path, **{"index": False} | options)
    return path


def tagged(path, artist="Nina Simone", title="Sinnerman"):
    """Write a silent file with artist and title in its tags."""
    import mutagen
    from mutagen.id3 import TIT2, TPE1

    sf.write(path, np.zeros(8000), 22050)
    file = mutagen.File(path, easy=True)
    if path.suffix == ".wav":
        file.add_tags()
        file.tags.add(TPE1(encoding=3, text=[artist]))
        file.tags.add(TIT2(encoding=3, text=[title]))
    else:
        if file.tags is None:
            file.add_tags()
        file["artist"], file["title"] = artist, title
    file.save()
    return path


def as_published_table(features):
    """Features in the shape of the published tables: filename, length, the 57, label."""
    index = features.values.index.to_frame(index=False).astype(str)
    table = features.values.reset_index(drop=True)[["length", *FEATURE_COLUMNS]]
    table.insert(0, "filename", index.agg(".".join, axis=1) + ".wav")
    return table.assign(label=features.genre.to_numpy())


# A notebook with one of everything.
NOTEBOOK = """# %% [markdown]
# # 1. A title
#
# ## A question
#
# Is $a_1 < b$ when five songs cost $5 and six cost $6?

# %% tags=["parameters"]
data = ""
profile = "full"
seed = 0
listen = True
output = ""

# %%
import pandas as pd
from genre_utils.data import open_dataset
from genre_utils.evaluation import Results

dataset = open_dataset(data)
results = Results("01_good", dataset, profile, seed)
results.fact(title="A title", finding="Six is the finding.", six=2 * seed)
results.write(output)
pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="song"))

# %%
print("\\n".join(map(str, range(80))))

# %% [markdown]
# ## Another question

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
from genre_utils import plots

_, ax = plt.subplots()
ax.set(title="Nothing", xlabel="time (s)")
plots.show(ax, alt="An empty frame, from 0 to 1.")
"""


def put(path, content=None):
    """Write a file; by default each has bytes of its own. What is in audio is not read here."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if content is not None else str(path).encode())
    return path


def put_all(root, *names):
    for name in names:
        put(root / name)
    return root


def refused(data=None):
    with pytest.raises(DatasetError) as caught:
        open_dataset(data)
    message = str(caught.value)
    assert "\n" not in message and len(message) < 600
    return message
