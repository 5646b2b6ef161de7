from .containers import (
    FILE_FORMATS as FILE_FORMATS,
)
from .containers import (
    Container as Container,
)
from .decoding import (
    AUDIO_SUFFIXES as AUDIO_SUFFIXES,
)
from .decoding import (
    LONG_SECONDS as LONG_SECONDS,
)
from .decoding import (
    MIN_SECONDS as MIN_SECONDS,
)
from .decoding import (
    SAMPLE_RATE as SAMPLE_RATE,
)
from .decoding import (
    SEGMENT_SECONDS as SEGMENT_SECONDS,
)
from .decoding import (
    AudioError as AudioError,
)
from .decoding import (
    Balance as Balance,
)
from .decoding import (
    check_signal as check_signal,
)
from .decoding import (
    count_unreadable as count_unreadable,
)
from .decoding import (
    duration as duration,
)
from .decoding import (
    load_audio as load_audio,
)
from .decoding import (
    mean_of as mean_of,
)
from .decoding import (
    read_blocks as read_blocks,
)
from .decoding import (
    shortened as shortened,
)
from .decoding import (
    split_segments as split_segments,
)
from .decoding import (
    stream_audio as stream_audio,
)
from .decoding import (
    tell_unreadable as tell_unreadable,
)
from .describing import (
    HELD_SECONDS as HELD_SECONDS,
)
from .describing import (
    Song as Song,
)
from .describing import (
    describe_song as describe_song,
)
from .embedding import (
    EMBEDDING_COLUMNS as EMBEDDING_COLUMNS,
)
from .embedding import (
    ENCODER_RATE as ENCODER_RATE,
)
from .embedding import (
    HOW_TO_GET_THE_ENCODER as HOW_TO_GET_THE_ENCODER,
)
from .embedding import (
    LAYER_COLUMNS as LAYER_COLUMNS,
)
from .embedding import (
    LOUDNESS as LOUDNESS,
)
from .embedding import (
    PATCH_BANDS as PATCH_BANDS,
)
from .embedding import (
    PATCH_FRAMES as PATCH_FRAMES,
)
from .embedding import (
    TAGS as TAGS,
)
from .embedding import (
    EncoderMissing as EncoderMissing,
)
from .embedding import (
    Heard as Heard,
)
from .embedding import (
    embed as embed,
)
from .embedding import (
    embed_file as embed_file,
)
from .embedding import (
    embed_stream as embed_stream,
)
from .embedding import (
    encoder_digest as encoder_digest,
)
from .embedding import (
    encoder_patches as encoder_patches,
)
from .embedding import (
    encoder_path as encoder_path,
)
from .embedding import (
    gain_to as gain_to,
)
from .embedding import (
    is_encoder as is_encoder,
)
from .embedding import (
    log_mel as log_mel,
)
from .features import (
    FEATURE_COLUMNS as FEATURE_COLUMNS,
)
from .features import (
    FEATURE_GROUPS as FEATURE_GROUPS,
)
from .features import (
    HOP_LENGTH as HOP_LENGTH,
)
from .features import (
    N_FFT as N_FFT,
)
from .features import (
    N_MELS as N_MELS,
)
from .features import (
    N_MFCC as N_MFCC,
)
from .features import (
    Spectra as Spectra,
)
from .features import (
    extract_features as extract_features,
)
from .features import (
    mel_frames as mel_frames,
)
from .features import (
    mfcc_frames as mfcc_frames,
)
from .fingerprints import (
    FINGERPRINT_SECONDS as FINGERPRINT_SECONDS,
)
from .fingerprints import (
    HOPS_PER_SECOND as HOPS_PER_SECOND,
)
from .fingerprints import (
    find_copies as find_copies,
)
from .fingerprints import (
    fingerprint as fingerprint,
)
from .fingerprints import (
    fingerprint_of_file as fingerprint_of_file,
)
from .fingerprints import (
    near_duplicates as near_duplicates,
)
from .inversion import (
    encoder_mel as encoder_mel,
)
from .inversion import (
    reshaped as reshaped,
)
from .inversion import (
    sound_of_mel as sound_of_mel,
)
from .medians import (
    running_medians as running_medians,
)
from .signals import (
    describe_signal as describe_signal,
)
from .spectrograms import (
    BANDS as BANDS,
)
from .spectrograms import (
    COLUMNS as COLUMNS,
)
from .spectrograms import (
    COLUMNS_PER_SECOND as COLUMNS_PER_SECOND,
)
from .spectrograms import (
    SPECTROGRAM_FFT as SPECTROGRAM_FFT,
)
from .spectrograms import (
    SPECTROGRAM_HOP as SPECTROGRAM_HOP,
)
from .spectrograms import (
    band_edges as band_edges,
)
from .spectrograms import (
    band_matrix as band_matrix,
)
from .spectrograms import (
    signal_spectrogram as signal_spectrogram,
)
from .spectrograms import (
    standardised as standardised,
)
from .spectrograms import (
    stream_spectrogram as stream_spectrogram,
)
from .spectrograms import (
    track_spectrogram as track_spectrogram,
)
from .streaming import (
    extract_in_blocks as extract_in_blocks,
)
from .streaming import (
    features_of_file as features_of_file,
)
from .surveying import (
    QUIET as QUIET,
)
from .surveying import (
    Survey as Survey,
)
from .surveying import (
    survey as survey,
)
from .tuning import (
    tuning_votes as tuning_votes,
)
