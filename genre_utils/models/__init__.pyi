# fmt: off
from .calibration import (at_temperature as at_temperature, fit_temperature as fit_temperature,
    held_out_logits as held_out_logits, segment_temperatures as segment_temperatures,
    temperature_at as temperature_at)
from .classical import LabelEncoded as LabelEncoded
from .encoder import (build_encoder as build_encoder, encoder_network as encoder_network,
    export_encoder as export_encoder)
from .inner_splits import ArtistKFold as ArtistKFold
from .neighbours import (ExactSearch as ExactSearch, NeighbourIndex as NeighbourIndex,
    unit_vectors as unit_vectors)
from .networks import average as average
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
from .style_transfer import (METHODS as METHODS, StyleTarget as StyleTarget, convert as convert,
    count_steps as count_steps, encoder_mel as encoder_mel, filter_to_mel as filter_to_mel,
    load_style_target as load_style_target, match_loudness as match_loudness, middle as middle,
    style_network as style_network, transfer_style as transfer_style)
from .transformers import (ArtistWhitening as ArtistWhitening, NeighbourAverage as NeighbourAverage,
    ToNormal as ToNormal, to_normal as to_normal)
