"""Probes on borrowed ears in tables and words: tags, artists, labels, decades, mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from genre_utils.data import SPLITS, artist_decades
from genre_utils.evaluation import (
    MODEL_NAMES,
    Predictions,
    Score,
    compare,
    frequent_confusions,
    recall_by_genre,
    score,
    tell_accuracy,
)
from genre_utils.wording import (
    count,
    interval,
    percent,
    points,
    points_interval,
    shares,
)

_LEVELS = {"segment": "3 s pieces", "track": "tracks"}


def tell_heard(counts: pd.Series, splits: Iterable[str], reasons: Mapping[str, str]) -> str:
    """How many tracks of each genre are heard, and which splits they allow, in Markdown."""
    lines = [f"{count(int(counts.sum()), 'track')} have sound here: {_numbers(counts)}.", ""]
    lines += [f"- `{name}`: {SPLITS[name]}." for name in splits]
    lines += [f"- Not possible: `{name}`, because {why}." for name, why in reasons.items()]
    return "\n".join(lines)


def _numbers(counts: pd.Series) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.items())


def telling_tags(tags: pd.DataFrame, genre: pd.Series, most: int = 3) -> tuple[pd.DataFrame, dict]:
    """Which tags stand out most for each genre against all other genres.

    Parameters
    ----------
    tags
        Probability of each tag, a row a track.
    genre
        Of the tracks.
    most
        How many a genre.

    Returns
    -------
    lit, telling
        Mean probabilities, a row a genre; and the tags by genre.
    """
    lit = tags.groupby(genre).mean()
    others = (lit.sum() - lit) / (len(lit) - 1)
    telling = {g: list((lit.loc[g] - others.loc[g]).nlargest(most).index) for g in lit.index}
    return lit, telling


def tell_tags(lit: pd.DataFrame, telling: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Both texts of a map of `telling_tags`: probabilities; which genre has the clearest tag."""
    each = (f"{g}: {shares(lit.loc[g, list(tags)])}" for g, tags in telling.items())
    clear = max(telling, key=lambda g: lit.loc[g, telling[g][0]])
    return (
        f"Mean probability of tags by genre. {'; '.join(each)}.",
        f'Clearest is "{telling[clear][0]}" for {clear}, at '
        f"{percent(lit.loc[clear, telling[clear][0]], 0)}.",
    )


def name_by_tags(
    tags: pd.DataFrame, genre: pd.Series, order: Iterable[str]
) -> tuple[pd.DataFrame, list[str], pd.Series]:
    """Name tracks by their largest tag, where the tag is a genre; no label is used.

    Parameters
    ----------
    tags
        Probability of each tag, a row a track.
    genre
        Of the tracks.
    order
        The genres, in the order of the columns.

    Returns
    -------
    by_tags, named, asked
        A row a way ("largest tag", "largest against its mean"), recall of each genre, ``accuracy``
        and ``macro recall``; genres that are tags; and the tracks of these with their genres.
    """
    spelled = {str(tag).lower().replace("-", ""): tag for tag in tags.columns}
    named = {g: spelled[g] for g in order if g in spelled}
    asked = genre[genre.isin(list(named))]
    said = tags.loc[asked.index, list(named.values())].set_axis(list(named), axis=1)
    right = pd.DataFrame({"largest tag": said.T.idxmax() == asked})
    right["largest against its mean"] = (said / said.mean()).T.idxmax() == asked
    by_tags = right.groupby(asked).mean().T.assign(accuracy=right.mean())
    by_tags["macro recall"] = by_tags[list(named)].mean(axis=1)
    return by_tags.rename_axis("named by"), list(named), asked


def tell_named(by_tags: pd.DataFrame, asked: pd.Series) -> str:
    """How far tags alone go, and what always saying the same genre would get."""
    plain, against = by_tags["accuracy"]
    return (
        f"Of {count(len(asked), 'track')} of {count(asked.nunique(), 'genre')}, {percent(plain)} "
        f"are named rightly by their largest tag, {percent(against)} once each is measured "
        f"against its mean. Always saying {asked.mode()[0]} would get "
        f"{percent(asked.value_counts(normalize=True).iloc[0])}."
    )


def probe_matrix(scores: Iterable[Score], names: Mapping[str, str]) -> pd.DataFrame:
    """Accuracy with interval, and macro recall: a row a level and input, a column a split.

    Parameters
    ----------
    scores
        Of several inputs under several splits.
    names
        What to call the inputs; others are called by model and input.

    Returns
    -------
    pandas.DataFrame
        Texts; a star marks what goes over fewer genres than others.
    """
    scores = list(scores)
    most = max((s.genres for s in scores), default=0)
    cells = {}
    for s in scores:
        name = names.get(s.input) or f"{MODEL_NAMES[s.model]}, {s.input}"
        recall = "" if s.macro_recall is None else f" / {100 * s.macro_recall:.1f}"
        star = "*" if s.genres < most else ""
        cells[f"{name} ({_LEVELS[s.level]})", s.split] = (
            f"{100 * s.accuracy:.1f}{star} {interval(*s.ci95, digits=0)}{recall}"
        )
    if not cells:
        return pd.DataFrame()
    table = pd.Series(cells).unstack(sort=False)
    table = table[[name for name in SPLITS if name in table]].fillna("")
    return table.rename_axis("input (of what)")


def compare_inputs(
    found: Mapping[tuple[str, str, str], Predictions], splits: Iterable[str], *, seed: int
) -> tuple[dict[str, dict[str, float]], str]:
    """Whether the encoder beats the features, and both the encoder, by more than chance.

    Parameters
    ----------
    found
        By input, "tracks" and split.
    splits
        Under which to compare.
    seed
        Of the tests.

    Returns
    -------
    facts, told
        Tests by a name for results; and a list in Markdown.
    """
    facts, lines = {}, []
    for name in splits:
        for one, other in (("encoder", "57 features"), ("both", "encoder")):
            test = compare(found[one, "tracks", name], found[other, "tracks", name], seed=seed)
            facts[f"{one}_against_{other}_{name}".replace(" ", "_")] = test
            lines.append(f"- `{name}`: {one} against {other}, {tell_test(test)}")
    return facts, "\n".join(lines)


def tell_test(test: Mapping[str, float]) -> str:
    """What `compare` found, in points."""
    return (
        f"{points(test['difference'])} {points_interval(test['low'], test['high'])}, "
        f"p = {test['p']:.2g}; {test['only_first']} right only with the first, "
        f"{test['only_other']} "
        "only with the second."
    )


def tell_falls(panels: Mapping[str, pd.DataFrame]) -> tuple[str, str]:
    """Both texts of `falls`: all accuracies; and which input loses most and least."""
    alt, told = [], []
    for what, table in panels.items():
        alt += [f"{what}, {name}: {shares(row.dropna(), 1)}" for name, row in table.iterrows()]
        lost = table.iloc[:, 0] - table.iloc[:, -1]
        told.append(
            f"of {what} {lost.idxmax()} loses most ({points(-lost.max())}), {lost.idxmin()} least "
            f"({points(-lost.min())})"
        )
    return f"{'; '.join(alt)}.", f"When artists are kept apart, {'; '.join(told)}."


def tell_artists(who: Mapping[str, Score], guess: float, n: int) -> str:
    """How well each input names artists, as a list in Markdown."""
    if not who:
        return "There are too few artists with six songs."
    lines = [f"- {kind}: {tell_accuracy(found)}" for kind, found in who.items()]
    lines.append(f"- told the genre alone: {percent(guess)}")
    return "\n".join([f"{count(n, 'artist')}:", "", *lines])


def tell_why(who: Mapping[str, Score], near: pd.DataFrame, lost: Mapping[str, pd.Series]) -> str:
    """Why a leak helps one input more: both know the artist, one still knows the genre without."""
    if not who or "tracks" not in lost:
        return "Too little is here to say why."
    other = near["same genre, by another artist"]
    return (
        f"Both know the artist: the encoder names {percent(who['encoder'].accuracy, 0)}, the 57 "
        f"features {percent(who['57 features'].accuracy, 0)}. But among tracks by *others*, the "
        f"nearest one is of the same genre for {percent(other['encoder'], 0)} of tracks in the "
        f"encoder's space and for {percent(other['57 features'], 0)} in that of the features. Take "
        f"the artist away, and the encoder falls by {lost['tracks']['encoder']:.1f} points, the "
        f"features by {lost['tracks']['57 features']:.1f}."
    )


def tell_enough(means: pd.DataFrame) -> str:
    """With how many labels the encoder is where the features are with all of them.

    Parameters
    ----------
    means
        Accuracy: a row a number of labels, columns "57 features" and "encoder" among them.
    """
    most = means["57 features"].iloc[-1]
    enough = means.index[means["encoder"] >= most]
    told = f"With all labels the 57 features reach {percent(most)}. "
    if not len(enough):
        return told + "The encoder does not reach that here."
    reached = percent(means["encoder"][enough[0]])
    return told + f"The encoder is there with {enough[0]:.0f} a genre ({reached})."


def date_artists(tags: pd.DataFrame, artists: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """How far each decade's tag stands above its mean, for artists whose fame lies in one decade.

    Parameters
    ----------
    tags
        Probability of tags like "80s", a row a track.
    artists
        Artist of each track.

    Returns
    -------
    above, own
        In deviations, a row an artist; and the tag of each artist's decade.
    """
    known = artist_decades()
    above = (tags - tags.mean()) / tags.std()
    above = above.groupby(artists).mean().reindex(known.index).dropna()
    return above, (known.loc[above.index, "decade"] % 100).map("{:02d}s".format)


def tell_decades(above: pd.DataFrame, own: pd.Series) -> tuple[dict[str, Any], str, str]:
    """How many artists sound like their decade.

    Returns
    -------
    facts, alt, told
        For results; all largest tags; and what it means. No facts where nobody is known.
    """
    if above.empty:
        return {}, "", "None of these artists is here."
    place = above.columns.get_indexer
    off = abs(place(above.idxmax(axis=1)) - place(own))
    facts = {"artists_dated": len(off), "right_decade": (off == 0).mean(), "near": (off < 2).mean()}
    said = ", ".join(f"{name} {tag}" for name, tag in above.idxmax(axis=1).items())
    told = (
        f"For {(off == 0).sum()} of {count(len(off), 'artist')} the largest tag is their decade, "
        f"for {(off < 2).sum()} that or one beside it; chance would get one in five."
    )
    return facts, f"The largest tag of each artist: {said}.", told


def tell_tuned(
    tuned: Mapping[tuple[str, str], Sequence[Predictions]], why: str, *, seed: int
) -> tuple[list[Score], str]:
    """What fine-tuning reaches, by depth and side.

    Parameters
    ----------
    tuned
        As from `fine_tune_depths`.
    why
        Why there is none.
    seed
        Of the intervals.

    Returns
    -------
    scores, told
        Of the test side; and of both, as a list in Markdown.
    """
    scores, lines = [], []
    for (depth, side), each in tuned.items():
        found = score(list(each), "fine_tuned", f"encoder, {depth}", seed=seed)
        spread = ""
        if found.sd:
            spread = f", deviation {100 * found.sd:.1f} points over {count(found.runs, 'seed')}"
        lines.append(f"- {depth}, {side}: {tell_accuracy(found)}{spread}")
        scores += [found] if side == "test" else []
    return scores, "\n".join(lines) or f"Not possible here: {why}."


def tell_mistakes(
    by_genre: pd.DataFrame, found: Mapping[str, Predictions]
) -> tuple[dict[str, str], str]:
    """What each input confuses, and which genres gain most and least by the encoder.

    Parameters
    ----------
    by_genre
        Recall: a row a genre, columns "encoder" and "57 features" among them.
    found
        By input.

    Returns
    -------
    mistaken, told
        Most frequent confusions by input, in words; and both, in a sentence.
    """
    mistaken = {
        kind: ", ".join(f"{pair} ({n})" for pair, n in frequent_confusions(said).items())
        for kind, said in found.items()
    }
    gain = (by_genre["encoder"] - by_genre["57 features"]).sort_values()
    return mistaken, (
        f"The features mistake {mistaken['57 features']}; the encoder {mistaken['encoder']}. Most "
        f"is gained by {gain.index[-1]} ({points(gain.iloc[-1], 0)}), least by {gain.index[0]} "
        f"({points(gain.iloc[0], 0)})."
    )


def recalls_of(found: Mapping[str, Predictions], by: str) -> pd.DataFrame:
    """Recall of each genre: a row a genre, a column an input, sorted by one of these."""
    return pd.DataFrame({kind: recall_by_genre(said) for kind, said in found.items()}).sort_values(
        by
    )


def name_artists(tracks: pd.DataFrame, fewest: int = 6) -> tuple[pd.DataFrame, float]:
    """Artists with enough songs to be named, and what a guess from the genre alone would get.

    Returns
    -------
    asked, guess
        Tracks of these artists, with the artist in the place of the genre, as what is to be named;
        and the accuracy of always saying the genre's most frequent artist.
    """
    per_artist = tracks.groupby("artist_group")["song"].nunique()
    known = tracks[tracks["artist_group"].isin(per_artist.index[per_artist >= fewest])]
    habit = known.groupby("genre")["artist_group"].agg(lambda artists: artists.mode()[0])
    guess = float((known["genre"].map(habit) == known["artist_group"]).mean())
    return known.assign(genre=known["artist_group"]), guess


def label_means(curves: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mean accuracy and its deviation over draws: a row a number of labels, a column a model.

    Parameters
    ----------
    curves
        By model, as from `evaluation.label_curve`.
    """
    of_size = {kind: curve.groupby("labels")["accuracy"] for kind, curve in curves.items()}
    means = pd.DataFrame({kind: of.mean() for kind, of in of_size.items()})
    spread = pd.DataFrame({kind: of.std() for kind, of in of_size.items()})
    return means.rename_axis("labels a genre"), spread


def tell_depth(deepest: str, test: Mapping[str, float]) -> str:
    """Whether moving the encoder is worth it, against the head alone."""
    verdict = "It is worth it." if test["low"] > 0 else "That is not more than chance would give."
    told = f"{deepest.capitalize()} against the head alone, first seed: {tell_test(test)}"
    return f"{told} {verdict}"


def tell_temperatures(temperatures: Mapping[int, float], name: str) -> str:
    """Temperatures by the seconds heard, and under which name the model is kept."""
    told = ", ".join(f"{seconds} s {value:.2f}" for seconds, value in temperatures.items())
    return f"Temperatures: {told}. It is kept as `{name}`: `genre predict song.mp3` hears with it."
