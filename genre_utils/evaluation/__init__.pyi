# fmt: off
from .cross_validation import (evaluate as evaluate, fit as fit, make_score as make_score,
    score as score)
from .predictions import Predictions as Predictions
from .results import (FULL_RECORDINGS as FULL_RECORDINGS, MODEL_NAMES as MODEL_NAMES,
    NotebookEnd as NotebookEnd, Results as Results, Score as Score, machine as machine,
    read_results as read_results, versions as versions)
from .statistics import (bootstrap_interval as bootstrap_interval, compare as compare,
    paired_test as paired_test, verdict as verdict)
