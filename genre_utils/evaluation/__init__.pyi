# fmt: off
from .analysis import label_curve as label_curve, nearest_tracks as nearest_tracks
from .cross_validation import (evaluate as evaluate, fit as fit,
    fit_on_partition as fit_on_partition, make_score as make_score, score as score,
    side_by_side as side_by_side)
from .predictions import (Predictions as Predictions, confusions as confusions,
    frequent_confusions as frequent_confusions, metrics as metrics,
    recall_by_genre as recall_by_genre, to_tracks as to_tracks)
from .results import (FULL_RECORDINGS as FULL_RECORDINGS, MODEL_NAMES as MODEL_NAMES,
    NotebookEnd as NotebookEnd, Results as Results, Score as Score, machine as machine,
    read_results as read_results, versions as versions)
from .sentences import (Finding as Finding, accuracy_panels as accuracy_panels,
    model_name as model_name, out_of as out_of, tell_accuracy as tell_accuracy,
    tell_artists as tell_artists, tell_shares as tell_shares, tell_test as tell_test,
    tell_weakest as tell_weakest)
from .statistics import (bootstrap_interval as bootstrap_interval, compare as compare,
    paired_test as paired_test, verdict as verdict)
