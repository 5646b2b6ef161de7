from .networks import (
    attention as attention,
)
from .networks import (
    clip_votes as clip_votes,
)
from .networks import (
    spectrogram as spectrogram,
)
from .pieces import (
    accuracy_by_neighbours as accuracy_by_neighbours,
)
from .pieces import (
    confusion_panels as confusion_panels,
)
from .scores import (
    confusion as confusion,
)
from .scores import (
    drops as drops,
)
from .scores import (
    learning_curve as learning_curve,
)
from .scores import (
    reliability_diagram as reliability_diagram,
)
from .scores import (
    score_overview as score_overview,
)
from .scores import (
    training_curves as training_curves,
)
from .sequences import (
    frame_weights as frame_weights,
)
from .sequences import (
    order_worth as order_worth,
)
from .sequences import (
    piece_weights as piece_weights,
)
from .sequences import (
    reading_diagram as reading_diagram,
)
from .songs import (
    precisions as precisions,
)
from .songs import (
    rounds as rounds,
)
from .songs import (
    shares as shares,
)
from .songs import (
    song_map as song_map,
)
from .style import (
    MARKERS as MARKERS,
)
from .style import (
    MUTED as MUTED,
)
from .style import (
    genre_colors as genre_colors,
)
from .style import (
    genre_markers as genre_markers,
)
from .style import (
    player as player,
)
from .style import (
    players as players,
)
from .style import (
    say as say,
)
from .style import (
    set_style as set_style,
)
from .style import (
    show as show,
)
from .tracks import (
    artists_per_genre as artists_per_genre,
)
from .tracks import (
    correlations as correlations,
)
from .tracks import (
    explained_variance as explained_variance,
)
from .tracks import (
    feature_ranges as feature_ranges,
)
from .tracks import (
    genre_counts as genre_counts,
)
from .tracks import (
    genre_plane as genre_plane,
)
from .tracks import (
    loadings as loadings,
)
from .tracks import (
    tempo_agreement as tempo_agreement,
)
from .tracks import (
    tempo_boxplot as tempo_boxplot,
)
from .tracks import (
    track_look as track_look,
)
from .transfer import (
    decade_map as decade_map,
)
from .transfer import (
    falls as falls,
)
from .transfer import (
    label_curves as label_curves,
)
from .transfer import (
    recalls as recalls,
)
from .transfer import (
    tag_map as tag_map,
)
from .architecture import (
    decoded_picture as decoded_picture,
    first_filters as first_filters,
    layer_shapes as layer_shapes,
    layer_name as layer_name,
    network_diagram as network_diagram,
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
)
from .conversion import (
    probability_path as probability_path,
)
from .conversion import (
    repainted as repainted,
)
from .moving import (
    sliders as sliders,
)
from .networks import (
    training_panels as training_panels,
    variants as variants,
)
from .architecture import (
    small_maps as small_maps,
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
