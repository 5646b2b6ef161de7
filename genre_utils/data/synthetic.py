"""A synthesizer of ten small genres, and a demo collection of them in the layout of GTZAN.

Each genre is a column in a table of recipes, played with NumPy and SciPy, so that everything can be
run and tested without a download. Scores on it mean nothing for music.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from scipy.io import wavfile
from scipy.signal import butter, fftconvolve, sosfilt
from tqdm import tqdm

from genre_utils.audio import SAMPLE_RATE
from genre_utils.data.dataset import DEMO_MARKER, read_demo_marker

VERSION = 2
SENTENCE = "This collection was synthesized: its tracks and artists are invented."
FIRST = ("Abel", "Élodie", "Ilse", "Jorun", "Maribel", "Orrin", "Tamsin", "Völund")
LAST = ("Callowhey", "Marchetaux", "Oberlind", "Teagle", "Vantreese")
SUBSETS = {1: ["train"], 2: ["train", "test"], 3: ["train", "valid", "test"]}
SUBSETS[4] = ["train", "train", "valid", "test"]  # one for each artist of a genre

BLEND, BORROW, VARY = 0.7, 0.3, 0.25  # how far artists stray from their genre
TRACK = 0.8  # how far, in these terms, tracks stray from their artist
STEPS = 16  # sixteenth notes in a bar
ACCENTS = {"X": 1.0, "x": 0.6, "o": 0.3}
CHORDS: dict[str, tuple[int, ...]] = {"": (0, 4, 7), "m": (0, 3, 7), "5": (0, 7, 12)}
CHORDS |= {"7": (0, 4, 7, 10), "m7": (0, 3, 7, 10), "j7": (0, 4, 7, 11)}
BASS_TONES = {"r": 0, "4": 5, "5": 7, "6": 9, "7": 10, "8": 12}
# Parameters that artists blend with those of a related genre, borrow from it, and vary.
NUMBERS = (
    "slow fast swing density hold drums bass comp lead drive level cutoff room hiss swell"
).split()
LENT = "beat kit scale chords bass_line comp_line bass_voice comp_voice lead_voice".split()
VARIED = "drums bass comp lead drive cutoff room swell density".split()


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(Path(__file__).with_name(f"synthetic_{name}.csv"), index_col=0)


# How notes sound: "wave" (additive; slope: amplitudes k ** -slope, vibrato: its relative depth),
# "fm" (slope: modulation index, vibrato: ratio of the modulator) or "pluck" (Karplus-Strong;
# slope: damping); cutoff in Hz, attack and decay in s.
VOICES = {row.Index: row for row in _read("voices").itertuples(name="Voice")}
# A falling sine (hz, ring in s) and a burst of noise above so many Hz (hiss in s).
KITS = {kit: list(drums.itertuples()) for kit, drums in _read("drums").groupby(level=0)}
# What genres play and how they sound; the column ``meaning`` explains the parameters.
RECIPES = _read("recipes").drop(columns="meaning").T.astype(dict.fromkeys(NUMBERS, float))
RECIPES["kit"] = RECIPES["kit"].map(KITS)
RECIPES["scale"] = [list(map(int, scale.split())) for scale in RECIPES["scale"]]
for _voice in ("bass_voice", "comp_voice", "lead_voice"):
    RECIPES[_voice] = RECIPES[_voice].map(VOICES)
GENRES = tuple(RECIPES.index)
Notes = list[tuple[int, float, int, float]]  # step, length in steps, pitch, accent


def synthesize(
    genre: str, *, seconds: float = 30.0, seed: int = 0, artist: int = 0
) -> tuple[np.ndarray, float]:
    """An excerpt of a track, and its tempo in beats per minute.

    The tracks of an `artist` share sound, habits and roughly the tempo; key, lines and mix are
    drawn from the `seed`.

    Returns
    -------
    y : numpy.ndarray, shape (round(seconds * 22050),), float32
        Mono signal in [-1, 1].
    tempo : float
    """
    if genre not in GENRES:
        raise ValueError(f"There is no recipe for {genre!r}: choose one of {', '.join(GENRES)}.")
    size = round(seconds * SAMPLE_RATE)
    if size < 1:
        raise ValueError(f"An excerpt of {seconds} s has no samples.")
    rng = np.random.default_rng([seed, artist, GENRES.index(genre)])
    recipe = _vary(_artist(genre, artist), rng, TRACK)
    tempo = rng.uniform(recipe.slow, recipe.fast)
    y = _mix(recipe, _play(recipe, tempo, size, rng), rng)
    return y.astype(np.float32), float(tempo)


def _artist(genre: str, artist: int) -> pd.Series:
    """Bend the recipe of a genre towards a related one, as this artist does."""
    rng = np.random.default_rng([artist, GENRES.index(genre)])
    recipe = RECIPES.loc[genre].copy()
    kin = RECIPES.loc[rng.choice(recipe["kin"].split())]
    share = rng.uniform(0, BLEND)
    recipe[NUMBERS] = (1 - share) * recipe[NUMBERS] + share * kin[NUMBERS]
    for name in LENT:
        if rng.random() < BORROW:
            recipe[name] = kin[name]
    center = rng.uniform(recipe["slow"], recipe["fast"])
    recipe["slow"], recipe["fast"] = 0.93 * center, 1.07 * center
    return _vary(recipe, rng, 1.0)


def _vary(recipe: pd.Series, rng: np.random.Generator, amount: float) -> pd.Series:
    """Draw another mix near that of the recipe."""
    new = recipe.copy()
    for name in VARIED:
        new[name] *= np.exp(amount * VARY * rng.normal())
    for name in ("comp_voice", "lead_voice"):
        cutoff = recipe[name].cutoff * np.exp(amount * VARY * rng.normal())
        new[name] = recipe[name]._replace(cutoff=cutoff)
    level, hiss = amount * rng.normal(0, (2, 5))
    new["level"] += level
    new["hiss"] += hiss
    return new


def _play(
    recipe: pd.Series, tempo: float, size: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Play the four parts, each into a signal of its own."""
    bars = int(np.ceil(size / SAMPLE_RATE * tempo / 240)) + 1
    key = int(rng.integers(12))
    names = recipe.chords.split() * bars
    chords = [_chord(name, key) for name in names[rng.integers(4) :][:bars]]
    beats, within = np.divmod(np.arange(bars * STEPS) / 4, 1)
    beats += np.interp(within, [0, 0.5, 1], [0, recipe.swing, 1]) - rng.uniform(0, 4)

    def perform(notes: Notes, sound: Callable[[int, int], np.ndarray]) -> np.ndarray:
        out, known = np.zeros(size), {}
        for step, length, pitch, accent in notes:
            note = pitch, int(length * 15 / tempo * SAMPLE_RATE)
            if note not in known:
                known[note] = sound(*note)
            start = round((beats[step] * 60 / tempo + rng.normal(0, 0.003)) * SAMPLE_RATE)
            audible = known[note][max(0, -start) : max(0, size - start)]
            out[max(0, start) : max(0, start) + len(audible)] += accent * audible
        return out

    def voice(of) -> Callable[[int, int], np.ndarray]:
        return lambda pitch, count: _note(of, 440 * 2 ** ((pitch - 69) / 12), count, rng)

    drums: Notes = [
        (step, 0, drum, ACCENTS[char] * rng.uniform(0.8, 1.1))
        for drum, line in enumerate(recipe.beat.split("|"))
        for step, _, char in _line(line, bars)
    ]
    bass: Notes = [
        (step, 0.9 * gap, chords[step // STEPS][0] - 12 + BASS_TONES[char], 1)
        for step, gap, char in _line(recipe.bass_line, bars)
    ]
    comp: Notes = [
        (step, min(gap, recipe.hold), pitch + 12, ACCENTS.get(char, 0.8))
        for step, gap, char in _line(recipe.comp_line, bars)
        for i, pitch in enumerate(chords[step // STEPS])
        if char in ACCENTS or char == "abcd"[i]
    ]
    return {
        "drums": perform(drums, lambda drum, _: _strike(recipe.kit[drum], rng)),
        "bass": perform(bass, voice(recipe.bass_voice)),
        "comp": perform(comp, voice(recipe.comp_voice)),
        "lead": perform(_lead(recipe, bars, key, rng), voice(recipe.lead_voice)),
    }


def _chord(name: str, key: int) -> list[int]:
    """Return the MIDI pitches of a chord such as "5:m7", its root between E2 and D#3."""
    root, quality = name.split(":")
    return [40 + (int(root) + key - 4) % 12 + above for above in CHORDS[quality]]


def _line(line: str, bars: int) -> Iterator[tuple[int, int, str]]:
    """Yield step, steps to the next note and character of each note of a repeated bar."""
    steps = [i for i, char in enumerate(line * bars) if char != "."]
    for step, following in zip(steps, [*steps, bars * STEPS][1:], strict=True):
        yield step, following - step, line[step % STEPS]


def _lead(recipe: pd.Series, bars: int, key: int, rng: np.random.Generator) -> Notes:
    """Walk over the scale in a phrase of a bar that comes back, somewhat shifted."""
    starts = [step for step in range(0, STEPS, 2) if rng.random() < recipe.density]
    walk, notes = np.cumsum(rng.integers(-2, 3, len(starts))), []
    for bar in range(bars):
        shift = rng.integers(-1, 2)
        for step, end, degree in zip(starts, [*starts, STEPS][1:], walk + shift, strict=True):
            octave, within = divmod(int(degree) % (2 * len(recipe.scale)), len(recipe.scale))
            pitch = 60 + key + 12 * octave + recipe.scale[within]
            notes.append((bar * STEPS + step, 0.9 * (end - step), pitch, rng.uniform(0.6, 1)))
    return notes


def _strike(drum, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(int(0.5 * SAMPLE_RATE)) / SAMPLE_RATE
    phase = np.cumsum(drum.hz * (1 + drum.fall * np.exp(-t / 0.025))) / SAMPLE_RATE
    above = butter(2, min(drum.above, 0.4 * SAMPLE_RATE), "high", fs=SAMPLE_RATE, output="sos")
    noise = drum.noise * sosfilt(above, rng.normal(0, 0.5, len(t))) * np.exp(-t / drum.hiss)
    return np.sin(2 * np.pi * phase) * np.exp(-t / drum.ring) + noise


def _note(voice, hz: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Render a note of `count` samples and its release."""
    release = int(0.04 * SAMPLE_RATE)
    t = np.arange(count + release) / SAMPLE_RATE
    shape = np.minimum(t / voice.attack, 1) * np.exp(-t / voice.decay)
    shape[count:] *= np.linspace(1, 0, release)
    if voice.kind == "pluck":
        return shape * _pluck(voice, hz, len(t), rng)
    fading = np.exp(-3 * t / voice.decay)
    if voice.kind == "fm":
        bend = voice.slope * fading * np.sin(2 * np.pi * voice.vibrato * hz * t)
        return shape * np.sin(2 * np.pi * hz * t + bend)
    phase = hz * (t + voice.vibrato / 35 * np.sin(35 * t)) % 1
    at = np.linspace(0, 1, 1025)
    bright = np.interp(phase, at, _period(voice.slope, hz, voice.cutoff))
    dark = np.interp(phase, at, _period(voice.slope, hz, voice.cutoff / 3))
    return shape * (fading * bright + (1 - fading) * dark)


def _period(slope: float, hz: float, cutoff: float) -> np.ndarray:
    """Add up the partials of a period, those below the Nyquist frequency and the 512th."""
    k = np.arange(1.0, min(512, max(2, int(0.45 * SAMPLE_RATE / hz))))
    spectrum = np.zeros(513, complex)
    spectrum[1 : len(k) + 1] = -1j * k**-slope / (1 + (k * hz / cutoff) ** 2)
    period = np.fft.irfft(spectrum)
    return np.append(period, period[0]) / np.abs(period).max()


def _pluck(voice, hz: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Karplus-Strong: a burst of noise goes round a loop that dulls it, all rounds at once."""
    loop = int(SAMPLE_RATE / hz)
    stretch = SAMPLE_RATE / hz / loop
    rounds = np.arange(count // loop + 2)[:, None]
    w = np.linspace(0, np.pi, loop // 2 + 1)
    burst = np.fft.rfft(rng.uniform(-1, 1, loop)) / (
        1 + (w * SAMPLE_RATE / 2 / np.pi / voice.cutoff) ** 2
    )
    burst[0] = 0
    dulled = np.cos(w / 2).clip(1e-6) ** (voice.slope * rounds)
    string = np.fft.irfft(burst * dulled, loop).ravel()
    string = np.interp(np.arange(count) / stretch, np.arange(len(string)), string)
    return string / np.abs(string).max()


def _mix(recipe: pd.Series, parts: dict[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Put the parts together: distortion, filter, room, swell, hiss, loudness."""
    for name in ("comp", "lead"):
        parts[name] = np.tanh(recipe.drive * _unit(parts[name]))
    y = sum(recipe[name] * _unit(part) for name, part in parts.items())
    y = sosfilt(butter(1, min(recipe.cutoff, 0.45 * SAMPLE_RATE), fs=SAMPLE_RATE, output="sos"), y)
    t = np.arange(int(0.9 * SAMPLE_RATE)) / SAMPLE_RATE
    echo = fftconvolve(y, rng.normal(size=len(t)) * np.exp(-t / 0.22))[: len(y)]
    y = _unit(y) + recipe.room * _unit(echo)
    slow = np.sin(2 * np.pi * (np.arange(len(y)) / SAMPLE_RATE / rng.uniform(5, 9) + rng.uniform()))
    y = _unit(y * (1 + min(recipe.swell, 0.9) * slow))
    y += 10 ** (recipe.hiss / 20) * rng.normal(size=len(y))
    return np.tanh(10 ** (min(recipe.level, -11) / 20) * _unit(y))


def _unit(y: np.ndarray) -> np.ndarray:
    """Scale a signal to a root mean square of one; silence stays silent."""
    return y / (np.sqrt(np.mean(y**2)) + 1e-9)


def write_demo(
    root: Path,
    *,
    tracks_per_genre: int = 8,
    seconds: float = 12.0,
    seed: int = 0,
    progress: bool = True,
) -> Path:
    """Write a collection of invented tracks in the layout of GTZAN, unless it is there.

    Genres overlap, and an artist in both the training and the test set helps. One fault is there on
    purpose: the last rock track has the bytes of the one before it, and the partition leaves it
    out. From 4 tracks per genre on, every genre is in all three sets of the partition. The folder
    appears when it is complete; a demo with other parameters is replaced.

    Raises
    ------
    ValueError
        If a parameter is out of range, or `root` holds anything that is not the demo's.
    """
    if tracks_per_genre < 1 or seconds < 1 or seed < 0:
        raise ValueError("A demo needs 1 track per genre, 1 s per track, and a seed of 0 or more.")
    marker: dict = {"synthetic": True, "version": VERSION, "seed": seed, "seconds": seconds}
    marker |= {"tracks_per_genre": tracks_per_genre, "sentence": SENTENCE}
    target = Path(root).resolve()
    if _is_complete(target, marker):
        return Path(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{target.name}-", dir=target.parent, ignore_cleanup_errors=True
    ) as temporary:
        built = Path(temporary, "built")
        _build(built, marker, progress)
        for attempt in range(5):
            try:
                if _is_complete(target, marker):
                    break
                if target.exists():
                    target.replace(built.with_name(f"former{attempt}"))
                built.replace(target)
                break
            except OSError:  # another process was faster: check again
                if attempt == 4:
                    raise
    return Path(root)


def _files(tracks: int) -> set[str]:
    names = {DEMO_MARKER, "meta/GTZANindex.txt", *(f"splits/{s}_filtered.txt" for s in SUBSETS[3])}
    for genre in GENRES:
        for n in (f"{number:05d}" for number in range(tracks)):
            names |= {f"genres_original/{genre}/{genre}.{n}.wav", f"tempo/gtzan_{genre}_{n}.bpm"}
            names.add(f"images_original/{genre}/{genre}{n}.png")
    return names


def _is_complete(root: Path, marker: dict) -> bool:
    """Whether the wanted demo is there; refuse if what is there is not ours to replace."""
    found = read_demo_marker(root)
    ours = _files(found["tracks_per_genre"]) if found else set()
    paths = (p for p in root.rglob("*") if not p.is_dir()) if found else root.glob("*")
    there = {path.relative_to(root).as_posix() for path in paths}
    if read_demo_marker(root) != found:  # another process has just replaced it
        return _is_complete(root, marker)
    if found == marker and ours <= there:
        return True
    if there - ours or root.is_file():
        what = min(there - ours, default="a file")
        raise ValueError(f"{root} is or holds what no demo does ({what}): name another folder.")
    return False


def _build(root: Path, marker: dict, progress: bool) -> None:
    tracks, seed, seconds = (marker[n] for n in ("tracks_per_genre", "seed", "seconds"))
    for name in _files(tracks):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
    lists: dict[str, str] = dict.fromkeys(SUBSETS[3], "")
    index = ""
    everything = [(genre, number) for genre in GENRES for number in range(tracks)]
    for genre, number in tqdm(everything, "Synthesizing", unit="track", disable=not progress):
        songs = tracks - (genre == "rock" and tracks > 1)
        song = min(number, songs - 1)
        artists = min(4, songs)
        artist = song * artists // songs
        y, tempo = synthesize(genre, seconds=seconds, seed=seed * 100_000 + song, artist=artist)
        stem = f"{genre}/{genre}.{number:05d}.wav"
        wave = np.round(y * 32767).astype(np.int16)
        wavfile.write(root / "genres_original" / stem, SAMPLE_RATE, wave)
        _picture(y).save(root / f"images_original/{genre}/{genre}{number:05d}.png")
        (root / f"tempo/gtzan_{genre}_{number:05d}.bpm").write_text(f"{tempo:.4f}\n")
        if song == number:
            lists[SUBSETS[artists][artist]] += f"{stem}\n"
        first, last = divmod(4 * GENRES.index(genre) + artist, len(LAST))
        credit = f"{FIRST[first]} {LAST[last]} ::: {genre.title()} Piece No. {song + 1}"
        if genre in ("classical", "country", "jazz") and number == tracks - 1:
            credit = " ::: "
        index += f"{Path(stem).name} ::: {credit}\n"
    for subset, lines in lists.items():
        (root / f"splits/{subset}_filtered.txt").write_text(lines)
    (root / "meta/GTZANindex.txt").write_text(index, encoding="latin-1")
    (root / DEMO_MARKER).write_text(json.dumps(marker, indent=2) + "\n", encoding="utf-8")


def _picture(y: np.ndarray) -> Image.Image:
    """Draw the log power spectrogram, 0 to 11025 Hz from below, in a white margin."""
    frames = np.lib.stride_tricks.sliding_window_view(y, 256)
    frames = frames[np.linspace(0, len(frames) - 1, 248).astype(int)] * np.hanning(256)
    power = np.abs(np.fft.rfft(frames)) ** 2
    rows = ((np.arange(187) + 0.5) / 187 * 129).astype(int)
    power = np.log(power[:, rows].T[::-1] + 1e-10)
    canvas = np.full((195, 260), 255, np.uint8)
    canvas[4:191, 6:254] = 254 * (power - power.min()) / np.ptp(power)
    image = Image.fromarray(canvas)
    import matplotlib  # noqa: PLC0415  (slow to import)

    palette = matplotlib.colormaps["viridis"](np.linspace(0, 1, 255), bytes=True)[:, :3]
    image.putpalette([*palette.ravel().tolist(), 255, 255, 255])
    return image


if __name__ == "__main__":
    try:
        write_demo(Path(sys.argv[1]))
    except (OSError, ValueError) as error:
        sys.exit(f"The demo collection cannot be written to {sys.argv[1]}: {error}.")
