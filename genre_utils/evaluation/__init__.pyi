# fmt: off
from .asking import Source as Source, ask as ask
from .cross_validation import (evaluate as evaluate, fit as fit,
    fit_on_partition as fit_on_partition, make_score as make_score, rank_on_valid as rank_on_valid,
    score as score, side_by_side as side_by_side)
from .fusions import (WAYS as WAYS, meet as meet, show_disagreements as show_disagreements,
    show_meetings as show_meetings, show_missing as show_missing,
    show_telling_words as show_telling_words, show_worth as show_worth,
    tell_cold_start as tell_cold_start, tell_meeting as tell_meeting, tell_trust as tell_trust,
    tell_ways as tell_ways)
from .predictions import (Predictions as Predictions, confusions as confusions,
    log_loss as log_loss, metrics as metrics, recall_by_genre as recall_by_genre,
    to_tracks as to_tracks)
from .results import (FULL_RECORDINGS as FULL_RECORDINGS, MODEL_NAMES as MODEL_NAMES,
    NotebookEnd as NotebookEnd, Results as Results, Score as Score, machine as machine,
    read_results as read_results, versions as versions)
from .sentences import (Finding as Finding, model_name as model_name, score_matrix as score_matrix,
    tell_accuracy as tell_accuracy, tell_changes as tell_changes, tell_drops as tell_drops,
    tell_shares as tell_shares, tell_trade as tell_trade, with_intervals as with_intervals)
from .shapley import shapley_values as shapley_values
from .sources import (disagreements as disagreements, loss_of_missing as loss_of_missing,
    on_items as on_items, only_right as only_right, tell_gain as tell_gain,
    under_splits as under_splits, worth_of_sources as worth_of_sources)
from .statistics import (bootstrap_interval as bootstrap_interval, compare as compare,
    paired_test as paired_test, verdict as verdict)
