# fmt: off
from .augment import (Augmentation as Augmentation, blank_spans as blank_spans,
    even_crops as even_crops, mix as mix, mix_style as mix_style, random_crops as random_crops)
from .calibration import (at_temperature as at_temperature, fit_temperature as fit_temperature,
    held_out_logits as held_out_logits, segment_temperatures as segment_temperatures,
    temperature_at as temperature_at)
from .candidates import (candidate_rows as candidate_rows, probe_scores as probe_scores,
    shown_candidates as shown_candidates, tell_kept as tell_kept, tell_transfer as tell_transfer)
from .classical import LabelEncoded as LabelEncoded
from .depths import fine_tune_depths as fine_tune_depths
from .encoder import (build_encoder as build_encoder, encoder_network as encoder_network,
    export_encoder as export_encoder)
from .fine_tuning import (DEPTHS as DEPTHS, FineTunedEncoder as FineTunedEncoder,
    lower_blocks as lower_blocks)
from .frames import Frames as Frames
from .inner_splits import ArtistKFold as ArtistKFold
from .neighbours import (ExactSearch as ExactSearch, NeighbourIndex as NeighbourIndex,
    unit_vectors as unit_vectors)
from .networks import (average as average, dense_network as dense_network, load_keras as load_keras,
    published_cnn as published_cnn, spectrogram_network as spectrogram_network,
    waveform_network as waveform_network)
from .predict import (ClipGenre as ClipGenre, Model as Model, SURE as SURE,
    classify_clip as classify_clip, classify_embedded as classify_embedded,
    classify_signal as classify_signal, cut_windows as cut_windows,
    spectrogram_temperatures as spectrogram_temperatures)
from .probing import (compare_inputs as compare_inputs, date_artists as date_artists,
    label_means as label_means, name_artists as name_artists, name_by_tags as name_by_tags,
    probe_matrix as probe_matrix, recalls_of as recalls_of, tell_artists as tell_artists,
    tell_decades as tell_decades, tell_depth as tell_depth, tell_enough as tell_enough,
    tell_falls as tell_falls, tell_heard as tell_heard, tell_mistakes as tell_mistakes,
    tell_named as tell_named, tell_tags as tell_tags, tell_temperatures as tell_temperatures,
    tell_test as tell_test, tell_tuned as tell_tuned, tell_why as tell_why,
    telling_tags as telling_tags)
from .registry import (HOW_TO_GET_A_MODEL as HOW_TO_GET_A_MODEL, ModelError as ModelError,
    list_models as list_models, model_name as model_name, models_dir as models_dir,
    ship_model as ship_model)
from .saved import (LinearModel as LinearModel, SpectrogramModel as SpectrogramModel,
    load_model as load_model, save_head as save_head, save_model as save_model,
    save_song_network as save_song_network)
from .style_transfer import (METHODS as METHODS, StyleTarget as StyleTarget, convert as convert,
    count_steps as count_steps, encoder_mel as encoder_mel, filter_to_mel as filter_to_mel,
    load_style_target as load_style_target, match_loudness as match_loudness, middle as middle,
    style_network as style_network, transfer_style as transfer_style)
from .style_transfer import (METHODS as METHODS, StyleTarget as StyleTarget, convert as convert,
    count_steps as count_steps, encoder_mel as encoder_mel, filter_to_mel as filter_to_mel,
    load_style_target as load_style_target, match_loudness as match_loudness, middle as middle,
    style_network as style_network, transfer_style as transfer_style)
from .training import NetworkClassifier as NetworkClassifier
from .transformers import (ArtistWhitening as ArtistWhitening, NeighbourAverage as NeighbourAverage,
    ToNormal as ToNormal, to_normal as to_normal)
