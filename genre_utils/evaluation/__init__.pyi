# fmt: off
from .cross_validation import (evaluate as evaluate, fit as fit,
    fit_on_partition as fit_on_partition, make_score as make_score, score as score,
    side_by_side as side_by_side)
from .predictions import (Predictions as Predictions, confusions as confusions, metrics as metrics,
    recall_by_genre as recall_by_genre, to_tracks as to_tracks)
from .results import (FULL_RECORDINGS as FULL_RECORDINGS, MODEL_NAMES as MODEL_NAMES,
    NotebookEnd as NotebookEnd, Results as Results, Score as Score, machine as machine,
    read_results as read_results, versions as versions)
from .sentences import Finding as Finding, model_name as model_name
from .statistics import (bootstrap_interval as bootstrap_interval, compare as compare,
    paired_test as paired_test, verdict as verdict)
