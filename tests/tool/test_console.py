"""Errors are one message and an exit status; output has no control characters."""

from types import SimpleNamespace

import pytest

from genre_utils.audio import AudioError, EncoderMissing
from genre_utils.data import DatasetError
from genre_utils.models import ModelError
from genre_utils.tool.console import (
    name_in_errors,
    print_lines,
    print_message,
    require_live,
    run_command,
)


def run(error, **options):
    def command(_):
        raise error

    return run_command(command, SimpleNamespace(**options))


@pytest.mark.parametrize(
    "error, status", [(AudioError, 1), (DatasetError, 1), (ModelError, 2), (EncoderMissing, 2)]
)
def test_errors_of_the_package_are_messages(error, status, capsys):
    assert run(error("No sound.")) == status
    assert run(error("No sound."), missing=1) == 1
    assert capsys.readouterr() == ("", "genre: No sound.\n" * 2)


@pytest.mark.parametrize("error", [ValueError, KeyError, AttributeError, OSError])
def test_bugs_are_not_hidden(error):
    with pytest.raises(error):
        run(error("x"))


def test_errors_name_the_file():
    with pytest.raises(AudioError, match=r"^a\.wav: too short$"), name_in_errors("a.wav"):
        raise AudioError("too short")


def test_a_missing_extra_is_a_message(capsys):
    require_live("json")
    assert run_command(lambda _: require_live("no_such_library"), SimpleNamespace()) == 2
    assert "pip install" in capsys.readouterr().err


def test_control_characters_of_files_are_not_printed(capsys):
    hostile = "a\x1b]0;title\x07\x1b[2J\r\nb\u202ec Björk 日本"
    print_lines(hostile)
    print_message(hostile)
    for text in capsys.readouterr():
        assert text.count("\n") == 1 and text.endswith(" Björk 日本\n")
        assert not {"\x1b", "\x07", "\r", "\u202e"} & set(text)
