from .augment import (
    Augmentation as Augmentation,
)
from .augment import (
    blank_spans as blank_spans,
)
from .augment import (
    even_crops as even_crops,
)
from .augment import (
    mix as mix,
)
from .augment import (
    mix_style as mix_style,
)
from .augment import (
    random_crops as random_crops,
)
from .calibration import (
    at_temperature as at_temperature,
)
from .calibration import (
    fit_temperature as fit_temperature,
)
from .calibration import (
    reliability as reliability,
)
from .calibration import (
    temperature_at as temperature_at,
)
from .classical import (
    COPIED_ACCURACY as COPIED_ACCURACY,
)
from .classical import (
    PUBLISHED_ACCURACY as PUBLISHED_ACCURACY,
)
from .classical import (
    ArtistBalanced as ArtistBalanced,
)
from .classical import (
    LabelEncoded as LabelEncoded,
)
from .classical import (
    best_model as best_model,
)
from .classical import (
    probabilistic_models as probabilistic_models,
)
from .classical import (
    published_models as published_models,
)
from .classical import (
    svm_on_whitened as svm_on_whitened,
)
from .classical import (
    tree_shares as tree_shares,
)
from .classical import (
    tuned_models as tuned_models,
)
from .clip import (
    SURE as SURE,
)
from .clip import (
    ClipGenre as ClipGenre,
)
from .clip import (
    classify_clip as classify_clip,
)
from .clip import (
    classify_signal as classify_signal,
)
from .clip import (
    cut_windows as cut_windows,
)
from .clip import (
    fit_temperatures as fit_temperatures,
)
from .clip import (
    keep_temperatures as keep_temperatures,
)
from .clip import (
    temperatures_of as temperatures_of,
)
from .conversion import (
    METHODS as METHODS,
)
from .conversion import (
    Manner as Manner,
)
from .conversion import (
    Painted as Painted,
)
from .conversion import (
    as_loud as as_loud,
)
from .conversion import (
    convert as convert,
)
from .conversion import (
    count_steps as count_steps,
)
from .conversion import (
    repaint as repaint,
)
from .conversion import (
    song_left as song_left,
)
from .conversion import (
    middle as middle,
)
from .conversion import (
    gather_manner as gather_manner,
)
from .encoder import (
    build_encoder as build_encoder,
)
from .encoder import (
    encoder_network as encoder_network,
)
from .encoder import (
    export_encoder as export_encoder,
)
from .feed_forward import (
    FeedForward as FeedForward,
)
from .depths import (
    fine_tune_depths as fine_tune_depths,
)
from .fine_tuning import (
    DEPTHS as DEPTHS,
)
from .fine_tuning import (
    FineTunedEncoder as FineTunedEncoder,
)
from .fine_tuning import (
    encoder_top as encoder_top,
)
from .fine_tuning import (
    lower_blocks as lower_blocks,
)
from .heard_clips import (
    classify_heard as classify_heard,
)
from .head import (
    HEAD_SUFFIX as HEAD_SUFFIX,
)
from .head import (
    Head as Head,
)
from .head import (
    head_temperatures as head_temperatures,
)
from .head import (
    held_out_logits as held_out_logits,
)
from .head import (
    save_head as save_head,
)
from .head import (
    softmax as softmax,
)
from .inner_splits import (
    ArtistKFold as ArtistKFold,
)
from .judging import (
    Judge as Judge,
)
from .judging import (
    Sides as Sides,
)
from .judging import (
    compare_inversions as compare_inversions,
)
from .judging import (
    compare_ways as compare_ways,
)
from .judging import (
    conversion_gains as conversion_gains,
)
from .judging import (
    fit_judge as fit_judge,
)
from .judging import (
    judge_conversions as judge_conversions,
)
from .judging import (
    mean_by_way as mean_by_way,
)
from .judging import (
    tell_gain_of as tell_gain_of,
)
from .judging import (
    sides_apart as sides_apart,
)
from .keeping import (
    HOW_TO_GET_A_MODEL as HOW_TO_GET_A_MODEL,
)
from .keeping import (
    ModelError as ModelError,
)
from .keeping import (
    list_models as list_models,
)
from .keeping import (
    model_name as model_name,
)
from .keeping import (
    models_dir as models_dir,
)
from .keeping import (
    ship_model as ship_model,
)
from .neighbours import (
    ExactSearch as ExactSearch,
)
from .neighbours import (
    NeighbourIndex as NeighbourIndex,
)
from .neighbours import (
    unit_vectors as unit_vectors,
)
from .networks import (
    average as average,
)
from .networks import (
    dense_network as dense_network,
)
from .networks import (
    load_keras as load_keras,
)
from .networks import (
    published_cnn as published_cnn,
)
from .networks import (
    spectrogram_network as spectrogram_network,
)
from .networks import (
    waveform_network as waveform_network,
)
from .order import (
    ORDERS as ORDERS,
)
from .order import (
    attention_drops as attention_drops,
)
from .order import (
    compare_orders as compare_orders,
)
from .order import (
    linear_reading as linear_reading,
)
from .order import (
    order_gain as order_gain,
)
from .order import (
    score_orders as score_orders,
)
from .order import (
    tell_gain as tell_gain,
)
from .sequences import (
    SEQUENCES as SEQUENCES,
)
from .sequences import (
    SequenceClassifier as SequenceClassifier,
)
from .sequences import (
    attention_network as attention_network,
)
from .sequences import (
    convolutional_recurrent_network as convolutional_recurrent_network,
)
from .sequences import (
    pooled_frames as pooled_frames,
)
from .sequences import (
    positions as positions,
)
from .sequences import (
    recurrent_network as recurrent_network,
)
from .sequences import (
    shuffled as shuffled,
)
from .sequences import (
    song_sequences as song_sequences,
)
from .sequences import (
    transformer_network as transformer_network,
)
from .sequences import (
    without_frames as without_frames,
)
from .song_network import (
    SONG_SUFFIX as SONG_SUFFIX,
)
from .song_network import (
    SongNetwork as SongNetwork,
)
from .song_network import (
    filled as filled,
)
from .song_network import (
    save_song_network as save_song_network,
)
from .store import (
    TrainedModel as TrainedModel,
)
from .store import (
    load_model as load_model,
)
from .store import (
    save_model as save_model,
)
from .training import (
    ROUNDS as ROUNDS,
    NetworkClassifier as NetworkClassifier,
)
from .transformers import (
    ArtistWhitening as ArtistWhitening,
)
from .transformers import (
    KernelLDA as KernelLDA,
)
from .transformers import (
    NeighbourAverage as NeighbourAverage,
)
from .transformers import (
    ToNormal as ToNormal,
)
from .transformers import (
    to_normal as to_normal,
)
from .frames import (
    Frames as Frames,
    join_pieces as join_pieces,
)
from .fusion import (
    LateFusion as LateFusion,
    Stacking as Stacking,
    band_statistics as band_statistics,
    mixture_weights as mixture_weights,
    together as together,
)
from .gated import (
    GatedFusion as GatedFusion,
)
from .titles import (
    telling_words as telling_words,
from .asking import (
    ask_about as ask_about,
    hear_unseen as hear_unseen,
    keep_network as keep_network,
)
from .late_fusion import (
    choose_fusion as choose_fusion,
)
from .picture_networks import (
    cross_predict_pictures as cross_predict_pictures,
    let_workers_go as let_workers_go,
    open_pictures as open_pictures,
    train_averaged as train_averaged,
    train_on_sound as train_on_sound,
    try_variants as try_variants,
)
from .piece_networks import (
    open_pieces as open_pieces,
    train_on_pieces as train_on_pieces,
)
from .looking import (
    before_and_after as before_and_after,
    surest as surest,
    tell_heat as tell_heat,
)
from .order_tables import (
    embed_pieces as embed_pieces,
    gain_matrix as gain_matrix,
    judge_songs as judge_songs,
    one_score as one_score,
    order_facts as order_facts,
    order_table as order_table,
    read_tempo as read_tempo,
    rhythm_of as rhythm_of,
    shown_orders as shown_orders,
    tell_drops as tell_drops,
    tell_explanation as tell_explanation,
    tell_gains as tell_gains,
    tell_gaps as tell_gaps,
    tell_order as tell_order,
    tell_over_songs as tell_over_songs,
    twin_gaps as twin_gaps,
)
from .probing import (
    compare_inputs as compare_inputs,
    date_artists as date_artists,
    label_means as label_means,
    name_artists as name_artists,
    name_by_tags as name_by_tags,
    probe_matrix as probe_matrix,
    recalls_of as recalls_of,
    tell_artists as tell_artists,
    tell_decades as tell_decades,
    tell_depth as tell_depth,
    tell_enough as tell_enough,
    tell_falls as tell_falls,
    tell_heard as tell_heard,
    tell_mistakes as tell_mistakes,
    tell_named as tell_named,
    tell_tags as tell_tags,
    tell_temperatures as tell_temperatures,
    tell_test as tell_test,
    tell_tuned as tell_tuned,
    tell_why as tell_why,
    telling_tags as telling_tags,
)
from .candidates import (
    candidate_rows as candidate_rows,
    probe_scores as probe_scores,
    shown_candidates as shown_candidates,
    tell_kept as tell_kept,
    tell_transfer as tell_transfer,
)
