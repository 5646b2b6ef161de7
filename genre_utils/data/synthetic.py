"""A synthesizer of ten small genres, and a demo collection of them in the layout of GTZAN.

Each genre is a row in a table of recipes, played with NumPy and SciPy, so that everything can be
run and tested without a download. Scores on it tell nothing about music.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
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
MAJOR, MINOR, DORIAN = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10)
BLUES, FOLK = (0, 3, 5, 6, 7, 10), (0, 2, 4, 7, 9)


@dataclass(frozen=True)
class Voice:
    """How a note sounds: `kind` is "wave" (additive), "fm" or "pluck" (Karplus-Strong)."""

    kind: str
    slope: float  # wave: amplitudes k ** -slope; fm: modulation index; pluck: damping
    cutoff: float  # Hz
    attack: float  # s
    decay: float  # s
    vibrato: float = 0.0  # wave: relative depth; fm: ratio of the modulator


@dataclass(frozen=True)
class Drum:
    """A falling sine and a burst of high-passed noise."""

    hz: float
    fall: float
    ring: float  # s
    noise: float
    above: float  # Hz
    hiss: float  # s


@dataclass(frozen=True)
class Recipe:
    """What a genre plays and how it sounds."""

    slow: float  # bpm
    fast: float  # bpm
    swing: float  # where the second eighth falls in its beat: 0.5 straight, 0.67 shuffled
    density: float  # share of the eighths on which the lead plays
    hold: float  # longest chord, in sixteenths
    drums: float  # loudness of the four parts
    bass: float
    comp: float
    lead: float
    drive: float  # distortion of chords and lead
    level: float  # dB of full scale, root mean square
    cutoff: float  # Hz, of the mix
    room: float  # loudness of the reverberation
    hiss: float  # dB, relative to the music
    swell: float  # depth of slow changes of loudness
    beat: str  # kick|snare|hat, a bar each
    kit: tuple[Drum, ...]
    scale: tuple[int, ...]
    chords: str  # one a bar: semitones above the key, colon, a name in CHORDS
    bass_line: str
    comp_line: str  # accents play the chord, letters one of its notes
    bass_voice: Voice
    comp_voice: Voice
    lead_voice: Voice
    kin: tuple[str, ...]  # related genres


# fmt: off
PIANO, STRINGS = Voice("wave", 1.3, 2500, .004, .6), Voice("wave", 1.1, 2200, .12, 4, .004)
ORGAN, BRASS = Voice("wave", .9, 1800, .01, 5, .003), Voice("wave", .6, 2600, .04, 1.5, .003)
SAX, SAW = Voice("wave", .7, 1800, .05, 2, .006), Voice("wave", 1, 6000, .01, 1.5, .002)
BELL, KEYS = Voice("fm", 2, 3000, .003, .5, 3), Voice("fm", 1, 3000, .004, .8, 1)
STEEL, GUITAR = Voice("pluck", .5, 5000, .002, .9), Voice("pluck", .7, 3500, .002, 1.5)
UPRIGHT, FINGERS = Voice("pluck", 2.5, 900, .004, .5), Voice("wave", 1.6, 900, .006, .5)
SUB = Voice("wave", 3, 400, .01, 1)
ACOUSTIC = (Drum(58, 2, .13, .1, 2000, .01), Drum(190, .3, .07, .9, 1500, .11),
            Drum(400, 0, .01, 1, 6500, .05))
MACHINE = (Drum(48, 4, .28, .05, 3000, .01), Drum(210, .2, .05, 1.2, 1200, .13),
           Drum(800, 0, .01, 1, 7500, .035))
BRUSHES = (Drum(65, 1, .1, .1, 1000, .02), Drum(220, 0, .03, .8, 2500, .16),
           Drum(3100, 0, .15, .8, 5000, .22))
HEAVY = (Drum(62, 3, .1, .5, 2500, .012), Drum(175, .4, .1, 1.2, 1000, .15),
         Drum(2400, 0, .05, 1, 5000, .16))
RECIPES = {
    "blues": Recipe(70, 128, .64, .5, 3, .7, .9, .8, 1, 1.2, -17.5, 5500, .15, -38, .1,
        "X.......X.......|....X.......X...|X.x.X.x.X.x.X.x.", ACOUSTIC, BLUES, "0:7 5:7 0:7 7:7",
        "r.r.5.5.6.6.5.5.", "X.x.X.x.X.x.X.x.", UPRIGHT, GUITAR, STEEL, ("rock", "jazz")),
    "classical": Recipe(66, 140, .5, .55, 8, 0, .6, .9, 1, .05, -26, 4500, .45, -50, .45,
        "................|................|................", BRUSHES, MAJOR, "0: 9:m 2:m 7:",
        "r.......5.......", "acbcacbcacbcacbc", STRINGS, STRINGS, PIANO, ("jazz",)),
    "country": Recipe(84, 132, .52, .45, 2, .6, .8, 1, .9, .4, -18, 6500, .12, -42, .1,
        "X.......X.......|....X.......X...|x.xxx.xxx.xxx.xx", ACOUSTIC, FOLK, "0: 5: 0: 7:",
        "r.......5.......", "a.X.b.X.a.X.b.X.", UPRIGHT, STEEL, STEEL, ("blues", "rock", "pop")),
    "disco": Recipe(108, 130, .5, .4, 1.5, 1, .9, .7, .6, .3, -17.5, 8500, .15, -45, .05,
        "X...X...X...X...|....X.......X...|x.Xxx.Xxx.Xxx.Xx", ACOUSTIC, DORIAN, "0:m7 5:7 8: 10:",
        "r.8.r.8.r.8.r.8.", "..X...X...X...X.", FINGERS, STRINGS, BRASS, ("pop", "hiphop")),
    "hiphop": Recipe(80, 112, .55, .25, 4, 1.3, 1.1, .5, .5, .8, -15.5, 8000, .06, -36, .05,
        "X..x..x...X.....|....X.......X..o|x.xxx.x.x.xxx.x.", MACHINE, MINOR, "0:m 0:m 8: 7:m",
        "r.....r...r.....", "..x...x...X.....", SUB, KEYS, BELL, ("reggae", "disco", "pop")),
    "jazz": Recipe(90, 190, .64, .6, 3, .5, .9, .7, 1, .1, -21, 5500, .25, -45, .2,
        "X.......x.......|......o.......x.|X...X.x.X...X.x.", BRUSHES, DORIAN, "2:m7 7:7 0:j7 9:7",
        "r...4...5...6...", "..X.......x.....", UPRIGHT, PIANO, SAX, ("blues", "classical")),
    "metal": Recipe(96, 175, .5, .35, 2, 1, .8, 1.3, .5, 9, -16.5, 8500, .08, -42, .03,
        "X.xxX.xxX.xxX.xx|....X.......X..x|X...X...X...X...", HEAVY, MINOR, "0:5 0:5 1:5 0:5",
        "r.rrr.rrr.rrr.rr", "X.xxX.xxX.xxX.xx", FINGERS, GUITAR, SAW, ("rock",)),
    "pop": Recipe(88, 128, .5, .5, 4, .9, .9, .8, 1, .4, -14.5, 10000, .15, -50, .05,
        "X.....x.X.......|....X.......X...|x.x.x.x.x.x.x.x.", MACHINE, MAJOR, "0: 7: 9:m 5:",
        "r.r.r.r.r.r.r.r.", "X..x..x.X..x..x.", FINGERS, SAW, SAW, ("disco", "rock", "hiphop")),
    "reggae": Recipe(66, 96, .56, .3, 1.5, .8, 1.3, .7, .6, .4, -18, 6000, .25, -42, .06,
        "........X.......|........X......o|x.x.x.x.x.x.x.x.", ACOUSTIC, MINOR, "0:m 5:m 0:m 10:",
        "r..r..5...r.7...", "....X.......X...", SUB, GUITAR, ORGAN, ("hiphop", "blues")),
    "rock": Recipe(96, 150, .5, .4, 4, 1, .8, 1, .8, 3, -17.5, 7500, .12, -42, .06,
        "X.......X.x.....|....X.......X..o|X.x.X.x.X.x.X.x.", ACOUSTIC, FOLK, "0:5 10:5 5:5 0:5",
        "r..r..r.5..5..5.", "X..X..X.X.......", FINGERS, GUITAR, GUITAR, ("metal", "country")),
}
# fmt: on
GENRES = tuple(RECIPES)
NUMBERS = tuple(f.name for f in fields(Recipe) if f.type is float)
LENT = tuple(f.name for f in fields(Recipe) if f.type is not float and f.name != "kin")
VARIED = ("drums", "bass", "comp", "lead", "drive", "cutoff", "room", "swell", "density")
Notes = list[tuple[int, float, int, float]]  # step, length in steps, pitch, accent


def synthesize(
    genre: str, *, seconds: float = 30.0, sr: int = SAMPLE_RATE, seed: int = 0, artist: int = 0
) -> tuple[np.ndarray, float]:
    """Play an excerpt of a track.

    Parameters
    ----------
    genre
        One of `GENRES`.
    seed
        The track: key, lines, tempo and mix are drawn from it. Not negative.
    artist
        The tracks of an artist share sound, habits and roughly the tempo. Not negative.

    Returns
    -------
    y : numpy.ndarray, shape (round(seconds * sr),), float32
        Mono signal in [-1, 1].
    tempo : float
        Beats per minute.
    """
    if genre not in RECIPES:
        raise ValueError(f"There is no recipe for {genre!r}: choose one of {', '.join(GENRES)}.")
    size = round(seconds * sr)
    if size < 1:
        raise ValueError(f"An excerpt of {seconds} s at {sr} Hz has no samples.")
    rng = np.random.default_rng([seed, artist, GENRES.index(genre)])
    recipe = _vary(_artist(genre, artist), rng, TRACK)
    tempo = rng.uniform(recipe.slow, recipe.fast)
    y = _mix(recipe, _play(recipe, tempo, size, sr, rng), sr, rng)
    return y.astype(np.float32), float(tempo)


def _artist(genre: str, artist: int) -> Recipe:
    """Bend the recipe of a genre towards a related one, as this artist does."""
    rng = np.random.default_rng([artist, GENRES.index(genre)])
    own = RECIPES[genre]
    kin = RECIPES[rng.choice(own.kin)]
    share = rng.uniform(0, BLEND)
    bent = {n: (1 - share) * getattr(own, n) + share * getattr(kin, n) for n in NUMBERS}
    bent |= {name: getattr(kin, name) for name in LENT if rng.random() < BORROW}
    center = rng.uniform(bent["slow"], bent["fast"])
    bent |= {"slow": 0.93 * center, "fast": 1.07 * center}
    return _vary(replace(own, **bent), rng, 1.0)


def _vary(recipe: Recipe, rng: np.random.Generator, amount: float) -> Recipe:
    """Draw another mix near that of the recipe."""
    new = {name: getattr(recipe, name) * np.exp(amount * VARY * rng.normal()) for name in VARIED}
    for name in ("comp_voice", "lead_voice"):
        voice = getattr(recipe, name)
        new[name] = replace(voice, cutoff=voice.cutoff * np.exp(amount * VARY * rng.normal()))
    level, hiss = amount * rng.normal(0, (2, 5))
    return replace(recipe, level=recipe.level + level, hiss=recipe.hiss + hiss, **new)


def _play(
    recipe: Recipe, tempo: float, size: int, sr: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Play the four parts, each into a signal of its own."""
    bars = int(np.ceil(size / sr * tempo / 240)) + 1
    key = int(rng.integers(12))
    names = recipe.chords.split() * bars
    chords = [_chord(name, key) for name in names[rng.integers(4) :][:bars]]
    beats, within = np.divmod(np.arange(bars * STEPS) / 4, 1)
    beats += np.interp(within, [0, 0.5, 1], [0, recipe.swing, 1]) - rng.uniform(0, 4)

    def perform(notes: Notes, sound: Callable[[int, int], np.ndarray]) -> np.ndarray:
        out, known = np.zeros(size), {}
        for step, length, pitch, accent in notes:
            note = pitch, int(length * 15 / tempo * sr)
            if note not in known:
                known[note] = sound(*note)
            start = round((beats[step] * 60 / tempo + rng.normal(0, 0.003)) * sr)
            audible = known[note][max(0, -start) : max(0, size - start)]
            out[max(0, start) : max(0, start) + len(audible)] += accent * audible
        return out

    def voice(of: Voice) -> Callable[[int, int], np.ndarray]:
        return lambda pitch, count: _note(of, 440 * 2 ** ((pitch - 69) / 12), count, sr, rng)

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
        "drums": perform(drums, lambda drum, _: _strike(recipe.kit[drum], sr, rng)),
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


def _lead(recipe: Recipe, bars: int, key: int, rng: np.random.Generator) -> Notes:
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


def _strike(drum: Drum, sr: int, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(int(0.5 * sr)) / sr
    phase = np.cumsum(drum.hz * (1 + drum.fall * np.exp(-t / 0.025))) / sr
    above = butter(2, min(drum.above, 0.4 * sr), "high", fs=sr, output="sos")
    noise = drum.noise * sosfilt(above, rng.normal(0, 0.5, len(t))) * np.exp(-t / drum.hiss)
    return np.sin(2 * np.pi * phase) * np.exp(-t / drum.ring) + noise


def _note(voice: Voice, hz: float, count: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Render a note of `count` samples and its release."""
    release = int(0.04 * sr)
    t = np.arange(count + release) / sr
    shape = np.minimum(t / voice.attack, 1) * np.exp(-t / voice.decay)
    shape[count:] *= np.linspace(1, 0, release)
    if voice.kind == "pluck":
        return shape * _pluck(voice, hz, len(t), sr, rng)
    fading = np.exp(-3 * t / voice.decay)
    if voice.kind == "fm":
        bend = voice.slope * fading * np.sin(2 * np.pi * voice.vibrato * hz * t)
        return shape * np.sin(2 * np.pi * hz * t + bend)
    phase = hz * (t + voice.vibrato / 35 * np.sin(35 * t)) % 1
    at = np.linspace(0, 1, 1025)
    bright = np.interp(phase, at, _period(voice.slope, hz, voice.cutoff, sr))
    dark = np.interp(phase, at, _period(voice.slope, hz, voice.cutoff / 3, sr))
    return shape * (fading * bright + (1 - fading) * dark)


def _period(slope: float, hz: float, cutoff: float, sr: int) -> np.ndarray:
    """Add up the partials of a period, those below the Nyquist frequency and the 512th."""
    k = np.arange(1.0, min(512, max(2, int(0.45 * sr / hz))))
    spectrum = np.zeros(513, complex)
    spectrum[1 : len(k) + 1] = -1j * k**-slope / (1 + (k * hz / cutoff) ** 2)
    period = np.fft.irfft(spectrum)
    return np.append(period, period[0]) / np.abs(period).max()


def _pluck(voice: Voice, hz: float, count: int, sr: int, rng: np.random.Generator) -> np.ndarray:
    """Karplus-Strong: a burst of noise goes round a loop that dulls it, all rounds at once."""
    loop = int(sr / hz)
    stretch = sr / hz / loop
    rounds = np.arange(count // loop + 2)[:, None]
    w = np.linspace(0, np.pi, loop // 2 + 1)
    burst = np.fft.rfft(rng.uniform(-1, 1, loop)) / (1 + (w * sr / 2 / np.pi / voice.cutoff) ** 2)
    burst[0] = 0
    dulled = np.cos(w / 2).clip(1e-6) ** (voice.slope * rounds)
    string = np.fft.irfft(burst * dulled, loop).ravel()
    string = np.interp(np.arange(count) / stretch, np.arange(len(string)), string)
    return string / np.abs(string).max()


def _mix(
    recipe: Recipe, parts: dict[str, np.ndarray], sr: int, rng: np.random.Generator
) -> np.ndarray:
    """Put the parts together: distortion, filter, room, swell, hiss, loudness."""
    for name in ("comp", "lead"):
        parts[name] = np.tanh(recipe.drive * _unit(parts[name]))
    y = sum(getattr(recipe, name) * _unit(part) for name, part in parts.items())
    y = sosfilt(butter(1, min(recipe.cutoff, 0.45 * sr), fs=sr, output="sos"), y)
    t = np.arange(int(0.9 * sr)) / sr
    echo = fftconvolve(y, rng.normal(size=len(t)) * np.exp(-t / 0.22))[: len(y)]
    y = _unit(y) + recipe.room * _unit(echo)
    slow = np.sin(2 * np.pi * (np.arange(len(y)) / sr / rng.uniform(5, 9) + rng.uniform()))
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
    """Write a collection of invented tracks in the layout of GTZAN, or keep the one that is there.

    Artists keep their sound from track to track and bend their recipe towards a related genre, so
    that genres overlap and an artist in both the training and the test set helps. One fault is
    there on purpose: the last rock track has the bytes of the one before it, and the partition
    leaves it out. The folder appears when it is complete.

    Parameters
    ----------
    root
        A new or empty folder, or a demo collection, which is replaced if its parameters differ.
    tracks_per_genre
        At least 1. From 4 on, every genre is in all three sets of the partition.
    seconds
        Length of each track, at least 1.
    seed
        Another seed makes other tracks by the same artists. Not negative.

    Returns
    -------
    Path
        `root`, with ``genres_original``, ``images_original``, ``splits``, ``meta``, ``tempo`` and
        the marker ``DEMO.json``.

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
    ) as beside:
        built = Path(beside, "built")
        _build(built, marker, progress)
        for attempt in range(5):
            try:
                if _is_complete(target, marker):
                    break
                if target.exists():
                    target.replace(built.with_name(f"former{attempt}"))
                built.replace(target)
                break
            except OSError:  # another process was faster: look again
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
