"""What the prose of notebook 1 says about the full run holds in its results."""


def test_recordings(facts):
    recordings = facts["recordings"]
    assert sum(recordings.values()) == 824 and recordings["disco"] == 21
    assert 45 < recordings["reggae"] < 55 and 45 < recordings["rock"] < 55
    assert sum(n == 100 for n in recordings.values()) == 7
    assert facts["unusable"] == 0 and facts["same_features"] == 821


def test_features_that_separate_genres(facts):
    eta_squared = facts["eta_squared"]
    assert max(eta_squared, key=eta_squared.get) == "chroma_stft_mean"
    assert round(eta_squared["chroma_stft_mean"], 2) == 0.62
    assert round(eta_squared["tempo"], 2) == 0.05
    assert set(facts["lowest_median"].values()) == {"classical"}


def test_correlations(facts):
    shape = {f"{name}_mean" for name in ("spectral_centroid", "spectral_bandwidth", "rolloff")}
    pairs = facts["strong_correlations"]
    assert len(pairs) == 5 and {c for pair in pairs for c in pair} == shape | {"mfcc2_mean"}
    correlation = facts["mfcc_correlation"]
    assert correlation["2"] > 0.4 and correlation["1"] < 0.1


def test_tempo(facts):
    estimated, annotated = (facts["median_tempo"][kind] for kind in ("estimated", "annotated"))
    shared = {genre for genre, bpm in estimated.items() if round(bpm, 1) == 123.0}
    assert facts["tempi"] == 35 and shared == {"blues", "classical", "disco", "metal"}
    apart = [annotated[genre] for genre in shared]
    assert round(max(apart) - min(apart)) == 31
    agreement = facts["tempo_agreement"]
    assert round(agreement["same"], 2) == 0.68 and round(1 - agreement["other"], 2) == 0.88


def test_repetitions(facts):
    same_file, same_excerpt, *_ = facts["repetitions"].values()
    assert (same_file, same_excerpt) == (14, 21)
    assert facts["copies_with_another_genre"] == {"rock.00016": "metal.00058"}


def test_artists(facts):
    assert facts["artists"] == 235 and facts["artists_by_genre"]["blues"] == 9
    assert facts["largest_groups"]["reggae"] == ["Bob Marley", 36]
    assert len(facts["artists_in_several_sets"]) == 3
