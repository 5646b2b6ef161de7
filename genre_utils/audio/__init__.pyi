# fmt: off
from .containers import Container as Container, FILE_FORMATS as FILE_FORMATS
from .decoding import (AUDIO_SUFFIXES as AUDIO_SUFFIXES, AudioError as AudioError,
    Balance as Balance, LONG_SECONDS as LONG_SECONDS, QUIET as QUIET, SAMPLE_RATE as SAMPLE_RATE,
    SEGMENT_SECONDS as SEGMENT_SECONDS, audio_info as audio_info, check_signal as check_signal,
    count_unreadable as count_unreadable, duration as duration, find_truncation as find_truncation,
    format_unreadable as format_unreadable, load_audio as load_audio, mix_down as mix_down,
    read_blocks as read_blocks, split_segments as split_segments, stream_audio as stream_audio)
from .embedding import (EMBEDDING_COLUMNS as EMBEDDING_COLUMNS, ENCODER_RATE as ENCODER_RATE,
    Embedding as Embedding, EncoderMissing as EncoderMissing, LAYER_COLUMNS as LAYER_COLUMNS,
    LOUDNESS as LOUDNESS, PATCH_BANDS as PATCH_BANDS, PATCH_FRAMES as PATCH_FRAMES, TAGS as TAGS,
    embed as embed, embed_file as embed_file, embed_stream as embed_stream,
    encoder_digest as encoder_digest, encoder_patches as encoder_patches,
    encoder_path as encoder_path, is_encoder as is_encoder, log_mel as log_mel)
from .features import (FEATURE_COLUMNS as FEATURE_COLUMNS, FEATURE_GROUPS as FEATURE_GROUPS,
    HOP_LENGTH as HOP_LENGTH, N_FFT as N_FFT, N_MFCC as N_MFCC, Spectra as Spectra,
    extract_features as extract_features, mel_frames as mel_frames, mfcc_frames as mfcc_frames)
from .fingerprints import (FINGERPRINT_SECONDS as FINGERPRINT_SECONDS,
    HOPS_PER_SECOND as HOPS_PER_SECOND, find_copies as find_copies, fingerprint as fingerprint,
    fingerprint_of_file as fingerprint_of_file, near_duplicates as near_duplicates)
from .spectrograms import (BANDS as BANDS, COLUMNS as COLUMNS,
    COLUMNS_PER_SECOND as COLUMNS_PER_SECOND, SPECTROGRAM_FFT as SPECTROGRAM_FFT,
    SPECTROGRAM_HOP as SPECTROGRAM_HOP, band_edges as band_edges, band_matrix as band_matrix,
    signal_spectrogram as signal_spectrogram, standardize as standardize,
    stream_spectrogram as stream_spectrogram, track_spectrogram as track_spectrogram)
from .streaming import extract_in_blocks as extract_in_blocks, features_of_file as features_of_file
