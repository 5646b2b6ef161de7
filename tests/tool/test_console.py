"""What is wrong is one sentence and an exit status, whichever command it happens in."""

from types import SimpleNamespace

import pytest

from genre_utils.audio import AudioError, EncoderMissing
from genre_utils.data import DatasetError
from genre_utils.models import ModelError
from genre_utils.tool.console import named, need, status_of


def running(error, **options):
    def run(_):
        raise error

    return status_of(run, SimpleNamespace(**options))


@pytest.mark.parametrize(
    "error, status", [(AudioError, 1), (DatasetError, 1), (ModelError, 2), (EncoderMissing, 2)]
)
def test_errors_of_the_package_are_sentences(error, status, capsys):
    assert running(error("No sound.")) == status
    assert running(error("No sound."), missing=1) == 1
    assert capsys.readouterr() == ("", "genre: No sound.\n" * 2)


@pytest.mark.parametrize("error", [ValueError, KeyError, AttributeError, OSError])
def test_faults_of_the_program_are_not_hidden(error):
    with pytest.raises(error):
        running(error("x"))


def test_the_sound_in_which_something_is_wrong_is_named():
    with pytest.raises(AudioError, match=r"^a\.wav: too short$"), named("a.wav"):
        raise AudioError("too short")


def test_what_an_extra_brings_is_said(capsys):
    need("json")
    assert status_of(lambda _: need("no_such_library"), SimpleNamespace()) == 2
    told = capsys.readouterr().err
    assert told == 'genre: no_such_library is not there: pip install "genre_utils[live]"\n'
