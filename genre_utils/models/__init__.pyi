# fmt: off
from .augment import (Augmentation as Augmentation, blank_spans as blank_spans,
    even_crops as even_crops, mix as mix, mix_style as mix_style, random_crops as random_crops)
from .calibration import (at_temperature as at_temperature, fit_temperature as fit_temperature,
    held_out_logits as held_out_logits, reliability as reliability,
    segment_temperatures as segment_temperatures, temperature_at as temperature_at)
from .classical import LabelEncoded as LabelEncoded
from .conversion import (METHODS as METHODS, Manner as Manner, as_loud as as_loud,
    convert as convert, count_steps as count_steps, gather_manner as gather_manner,
    middle as middle, repaint as repaint, song_left as song_left)
from .encoder import (build_encoder as build_encoder, encoder_network as encoder_network,
    export_encoder as export_encoder)
from .frames import Frames as Frames
from .fusion import (LateFusion as LateFusion, Stacking as Stacking,
    band_statistics as band_statistics, mixture_weights as mixture_weights, together as together)
from .gated import GatedFusion as GatedFusion
from .inner_splits import ArtistKFold as ArtistKFold
from .judging import (Judge as Judge, compare_inversions as compare_inversions,
    compare_ways as compare_ways, conversion_gains as conversion_gains, fit_judge as fit_judge,
    judge_conversions as judge_conversions, mean_by_way as mean_by_way, sides_apart as sides_apart,
    tell_gain_of as tell_gain_of)
from .neighbours import (ExactSearch as ExactSearch, NeighbourIndex as NeighbourIndex,
    unit_vectors as unit_vectors)
from .networks import (average as average, dense_network as dense_network, load_keras as load_keras,
    published_cnn as published_cnn, spectrogram_network as spectrogram_network,
    waveform_network as waveform_network)
from .order import (ORDERS as ORDERS, attention_drops as attention_drops,
    compare_orders as compare_orders, order_gain as order_gain, score_orders as score_orders,
    tell_gain as tell_gain)
from .order_tables import (embed_pieces as embed_pieces, gain_matrix as gain_matrix,
    judge_songs as judge_songs, one_score as one_score, order_facts as order_facts,
    order_table as order_table, read_tempo as read_tempo, rhythm_of as rhythm_of,
    shown_orders as shown_orders, tell_drops as tell_drops, tell_explanation as tell_explanation,
    tell_gains as tell_gains, tell_gaps as tell_gaps, tell_order as tell_order,
    tell_over_songs as tell_over_songs, twin_gaps as twin_gaps)
from .predict import (ClipGenre as ClipGenre, Model as Model, SURE as SURE,
    classify_clip as classify_clip, classify_embedded as classify_embedded,
    classify_signal as classify_signal, cut_windows as cut_windows,
    spectrogram_temperatures as spectrogram_temperatures)
from .registry import (HOW_TO_GET_A_MODEL as HOW_TO_GET_A_MODEL, ModelError as ModelError,
    list_models as list_models, model_name as model_name, models_dir as models_dir,
    ship_model as ship_model)
from .saved import (LinearModel as LinearModel, SpectrogramModel as SpectrogramModel,
    load_model as load_model, save_head as save_head, save_model as save_model,
    save_song_network as save_song_network)
from .sequences import (SEQUENCES as SEQUENCES, SequenceClassifier as SequenceClassifier,
    attention_network as attention_network, pooled_frames as pooled_frames, positions as positions,
    recurrent_network as recurrent_network, shuffled as shuffled, song_sequences as song_sequences,
    transformer_network as transformer_network, without_frames as without_frames)
from .titles import telling_words as telling_words
from .training import NetworkClassifier as NetworkClassifier, ROUNDS as ROUNDS
from .transformers import (ArtistWhitening as ArtistWhitening, NeighbourAverage as NeighbourAverage,
    ToNormal as ToNormal, to_normal as to_normal)
