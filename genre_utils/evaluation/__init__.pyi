from .analysis import (
    artist_curve as artist_curve,
    label_curve as label_curve,
    nearest_tracks as nearest_tracks,
    permutation_drops as permutation_drops,
    same_song_neighbours as same_song_neighbours,
    same_track_by_chance as same_track_by_chance,
    tempo_verdicts as tempo_verdicts,
)
from .statistics import (
    bootstrap_interval as bootstrap_interval,
    nested_choice as nested_choice,
    compare as compare,
    paired_test as paired_test,
    verdict as verdict,
)
from .kinship import (
    tell_kinship as tell_kinship,
)
from .predictions import (
    Predictions as Predictions,
    confusions as confusions,
    each_member as each_member,
    frequent_confusions as frequent_confusions,
    fuse as fuse,
    log_loss as log_loss,
    metrics as metrics,
    on_tracks as on_tracks,
    recall_by_genre as recall_by_genre,
    to_tracks as to_tracks,
)
from .results import (
    EnoughSaid as EnoughSaid,
    FULL_RECORDINGS as FULL_RECORDINGS,
    MODEL_NAMES as MODEL_NAMES,
    Results as Results,
    Score as Score,
    machine as machine,
    read_results as read_results,
    versions as versions,
)
from .cross_validation import (
    evaluate as evaluate,
    fit as fit,
    make_score as make_score,
    fit_on_partition as fit_on_partition,
    rank_on_valid as rank_on_valid,
    score as score,
    side_by_side as side_by_side,
)
from .conversions import tell_changes as tell_changes, tell_trade as tell_trade
from .spans import with_intervals as with_intervals
from .tables import (
    accuracy_table as accuracy_table,
    cost_table as cost_table,
    fewest_to_fit as fewest_to_fit,
    join_pieces as join_pieces,
    metric_table as metric_table,
    refitted_on_valid as refitted_on_valid,
    reproduction_table as reproduction_table,
    score_rows as score_rows,
    scores_of as scores_of,
    tell_splits as tell_splits,
)
from .telling import (
    accuracy_panels as accuracy_panels,
    score_matrix as score_matrix,
    tell_shares as tell_shares,
)
from .asking import (
    Asked as Asked,
    Source as Source,
    ask as ask,
    with_other_table as with_other_table,
)
from .fusions import (
    CHOSEN as CHOSEN,
    Meeting as Meeting,
    WAYS as WAYS,
    meet as meet,
    show_disagreements as show_disagreements,
    show_meetings as show_meetings,
    show_missing as show_missing,
    show_telling_words as show_telling_words,
    show_worth as show_worth,
    tell_cold_start as tell_cold_start,
    tell_meeting as tell_meeting,
    tell_trust as tell_trust,
    tell_ways as tell_ways,
)
from .shapley import (
    shapley_values as shapley_values,
)
from .sources import (
    choose_in_folds as choose_in_folds,
    disagreements as disagreements,
    loss_of_missing as loss_of_missing,
    on_items as on_items,
    only_right as only_right,
    tell_gain as tell_gain,
    under_splits as under_splits,
    worth_of_sources as worth_of_sources,
)
from .describing import (
    audit_summary as audit_summary,
    between_genres as between_genres,
    faults_beside_sturm as faults_beside_sturm,
    fidelity_facts as fidelity_facts,
    file_faults as file_faults,
    repeated_songs as repeated_songs,
    split_artists as split_artists,
    strongest_correlations as strongest_correlations,
    tell_artists as tell_artists,
    tell_collection as tell_collection,
    tell_faults as tell_faults,
    tell_found as tell_found,
    tell_repeated as tell_repeated,
    tell_sizes as tell_sizes,
    tell_tempi as tell_tempi,
    tell_verdicts as tell_verdicts,
)
from .findings import (
    Finding as Finding,
    as_percents as as_percents,
)
from .concluding import (
    PEOPLE as PEOPLE,
    best_of as best_of,
    compare_blend as compare_blend,
    show_blend as show_blend,
    show_gains as show_gains,
    show_identities as show_identities,
    show_matrix as show_matrix,
    tell_artists_and_recall as tell_artists_and_recall,
    tell_classical as tell_classical,
    tell_columns as tell_columns,
    tell_confusions as tell_confusions,
    tell_curve as tell_curve,
    tell_drops as tell_drops,
    tell_overview as tell_overview,
    tell_people as tell_people,
    tell_refit as tell_refit,
)
from .observing import (
    macro_recalls as macro_recalls,
    split_table as split_table,
    show_fall as show_fall,
    show_reproduction as show_reproduction,
    show_tables as show_tables,
    show_votes as show_votes,
    tell_leak as tell_leak,
    tell_learnt as tell_learnt,
    tell_neighbours as tell_neighbours,
    tell_p as tell_p,
    tell_recalls as tell_recalls,
    tell_test as tell_test,
    tell_worst as tell_worst,
    tell_fall as tell_fall,
)
from .rivals import (
    Lead as Lead,
    compare_variants as compare_variants,
    leads_of as leads_of,
    tell_added as tell_added,
    tell_claims as tell_claims,
    tell_finding as tell_finding,
    tell_variants as tell_variants,
    tell_weakest as tell_weakest,
    tell_songs_apart as tell_songs_apart,
)
from .runs import (
    Table as Table,
    as_written as as_written,
    ask_all as ask_all,
    at_once as at_once,
    by_neighbours as by_neighbours,
    identity_effect as identity_effect,
    open_table as open_table,
)
from .network_tables import (
    accuracy_matrix as accuracy_matrix,
    all_scores as all_scores,
    chosen_by as chosen_by,
    facts_of as facts_of,
    last_word as last_word,
    learning_curves as learning_curves,
    model_name as model_name,
    network_name as network_name,
    out_of as out_of,
    seconds_of as seconds_of,
    seed_table as seed_table,
    tell_accuracy as tell_accuracy,
    training_costs as training_costs,
    vote_table as vote_table,
)
