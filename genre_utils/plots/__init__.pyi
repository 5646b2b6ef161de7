from .networks import (
    attention as attention,
    clip_votes as clip_votes,
    spectrogram as spectrogram,
    training_panels as training_panels,
    variants as variants,
)
from .pieces import (
    accuracy_by_neighbours as accuracy_by_neighbours,
    confusion_panels as confusion_panels,
)
from .scores import (
    confusion as confusion,
    drops as drops,
    learning_curve as learning_curve,
    reliability_diagram as reliability_diagram,
    score_overview as score_overview,
    training_curves as training_curves,
)
from .sequences import (
    frame_weights as frame_weights,
    order_worth as order_worth,
    piece_weights as piece_weights,
    reading_diagram as reading_diagram,
)
from .songs import (
    precisions as precisions,
    rounds as rounds,
    shares as shares,
    song_map as song_map,
)
from .style import (
    MARKERS as MARKERS,
    MUTED as MUTED,
    genre_colors as genre_colors,
    genre_markers as genre_markers,
    player as player,
    players as players,
    say as say,
    set_style as set_style,
    show as show,
)
from .tracks import (
    artists_per_genre as artists_per_genre,
    correlations as correlations,
    explained_variance as explained_variance,
    feature_ranges as feature_ranges,
    genre_counts as genre_counts,
    loadings as loadings,
    tempo_agreement as tempo_agreement,
    tempo_boxplot as tempo_boxplot,
)
from .transfer import (
    decade_map as decade_map,
    falls as falls,
    label_curves as label_curves,
    recalls as recalls,
    tag_map as tag_map,
)
from .architecture import (
    decoded_picture as decoded_picture,
    first_filters as first_filters,
    layer_name as layer_name,
    layer_shapes as layer_shapes,
    network_diagram as network_diagram,
    small_maps as small_maps,
)
from .live import (
    change_delays as change_delays,
    listening_curves as listening_curves,
    playlist_steps as playlist_steps,
    regrets as regrets,
    timeline as timeline,
)
from .conversion import (
    conversion_plane as conversion_plane,
    probability_path as probability_path,
    repainted as repainted,
)
from .moving import (
    sliders as sliders,
)
from .fusion import (
    cold_starts as cold_starts,
    fusion_diagram as fusion_diagram,
    shares_of_sources as shares_of_sources,
    trust as trust,
)
from .collection import (
    distributions as distributions,
    first_sounds as first_sounds,
    genre_looks as genre_looks,
)
from .components import (
    biplot as biplot,
    count_patches as count_patches,
    genre_panels as genre_panels,
    neighbour_regions as neighbour_regions,
    said_in_plane as said_in_plane,
)
from .guide import (
    feature_guide as feature_guide,
)
from .lessons import (
    Told as Told,
    beat as beat,
    envelope as envelope,
    filters as filters,
    onset_and_tone as onset_and_tone,
    tell_windows as tell_windows,
    three_descriptions as three_descriptions,
    two_parts as two_parts,
    two_views as two_views,
    way as way,
    window_sizes as window_sizes,
)
from .overviews import (
    agreement as agreement,
    artists as artists,
    looks as looks,
    same_thing as same_thing,
    sizes as sizes,
    telling_features as telling_features,
    tempi as tempi,
)
from .representations import (
    PITCHES as PITCHES,
    aligned as aligned,
    clicks_seen as clicks_seen,
    envelopes as envelopes,
    landmarks as landmarks,
    mel_filters as mel_filters,
    point_out as point_out,
    strongest as strongest,
    tone_and_spectrum as tone_and_spectrum,
    tones_seen as tones_seen,
    way_to_features as way_to_features,
    windows as windows,
)
from .sounding import (
    beat_times as beat_times,
    hear as hear,
    sound_of_chroma as sound_of_chroma,
    sound_of_mel as sound_of_mel,
    with_clicks as with_clicks,
)
from .axes import (
    enough as enough,
    heaviest as heaviest,
    planes as planes,
    ranges as ranges,
    regions as regions,
    tell_axes as tell_axes,
    tell_reproduction as tell_reproduction,
    tell_weights as tell_weights,
    weights_and_genres as weights_and_genres,
)
from .classifiers import (
    decision_regions as decision_regions,
    split_diagram as split_diagram,
)
from .classified import (
    neighbours_in_plane as neighbours_in_plane,
    show_confusion as show_confusion,
    show_confusion_panels as show_confusion_panels,
    show_curve as show_curve,
    show_drops as show_drops,
    show_neighbours as show_neighbours,
    show_splits as show_splits,
    show_regions as show_regions,
    show_scores as show_scores,
    show_shap as show_shap,
)
from .recommending import (
    angles as angles,
    genre_lists as genre_lists,
    genre_maps as genre_maps,
    recommender_diagram as recommender_diagram,
)
from .texts import (
    tell_decoded as tell_decoded,
    tell_filters as tell_filters,
    tell_frame_weights as tell_frame_weights,
    tell_layers as tell_layers,
    tell_piece_weights as tell_piece_weights,
    tell_reliability as tell_reliability,
    tell_small_maps as tell_small_maps,
    tell_training as tell_training,
    tell_tried as tell_tried,
    tell_votes as tell_votes,
)
from .drawing import (
    GRID as GRID,
    INK as INK,
)
