"""The command line of the models: ``./viva analyse`` runs ``python -m ml.cli analyse``; train and evaluate are handed
over to ``ml.training.cli``.

Standard output holds the answer and nothing else; progress, messages and libraries' chatter go to standard
error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from ml.console import BadInput, quiet_stdout, run
from ml.core.errors import MediaError
from ml.transcripts import cli as transcripts
from ml.transcripts.formats import CaptionsError


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 2 for bad input, 130 for Ctrl-C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] in (["train"], ["evaluate"]):
        from ml.training import cli  # here alone, and only when asked: nothing that serves imports what trains

        return cli.main(arguments)
    return run(_parser(), arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./viva", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("analyse", help="read a face, a voice and a text")
    command.add_argument("media", nargs="?", type=Path, metavar="MEDIA", help="a video or sound file")
    command.add_argument("--text", type=Path, metavar="FILE", help="the written answer, a transcript or captions")
    command.add_argument("--speaker", metavar="NAME", help="whose words of a transcript are read")
    command.add_argument("--json", metavar="OUT", help="write everything as JSON (- is standard output)")
    command.add_argument("--html", type=Path, metavar="OUT", help="write one page with figures and tables")
    command.add_argument(
        "--fusion", choices=("viva", "paper"), default="viva", help="combine face and voice our way or as the paper did"
    )
    command.set_defaults(run=_analyse)

    command = commands.add_parser("transcript", help="say what a file of captions or a transcript holds")
    transcripts.add_arguments(command)
    command.set_defaults(run=transcripts.run)

    return parser


def _analyse(options: argparse.Namespace) -> None:
    if options.media is None and options.text is None:
        raise BadInput("There is nothing to analyse. Name a recording, or a text with --text FILE, or both.")
    for out in (options.html, None if options.json in (None, "-") else Path(options.json)):
        if out is not None:
            _check_writable(out)
    text = None if options.text is None else _read_text(options.text, options.speaker)
    unusable: MediaError | None = None
    with quiet_stdout():
        from ml import analyse
        from ml.media import demux

        info: demux.MediaInfo | MediaError | None = None
        if options.media is not None:
            try:  # a file that is no recording is bad input, not a reading without result
                info = demux.probe(options.media)
            except MediaError as failure:
                info = unusable = failure
                # The text can be read all the same, and who asked for JSON finds the reason in it.
                if failure.code == "missing" or (text is None and options.json is None):
                    raise
        with _Progress(media=options.media is not None, text=text is not None) as progress:
            result = analyse.analyse(options.media, text, progress, options.fusion, info)
    if options.html is not None:
        from ml.page import page

        _write(options.html, page(result))
    if options.json == "-":
        print(json.dumps(result, allow_nan=False))
    else:
        if options.json is not None:
            _write(Path(options.json), json.dumps(result, allow_nan=False, indent=1) + "\n")
        from ml.summary import summary

        print(summary(result))
        for out in (options.json, options.html):
            if out is not None:
                print(f"Written: {out}")
    if unusable is not None:
        raise unusable


def _read_text(path: Path, speaker: str | None) -> str:
    """The words of a written answer, a transcript or captions. A plain text stays as it was written."""
    try:
        found = transcripts.read_file(path).one_speaker(speaker)
    except CaptionsError as failure:
        if failure.code == "empty":
            return ""  # an empty answer is a reading without result, not bad input
        hint = " Add --speaker NAME." if failure.code == "speakers" else ""
        raise BadInput(f"{path}: {failure}{hint}") from None
    return "\n".join(cue.text for cue in found.cues) if found.format == "text" else found.text


def _check_writable(out: Path) -> None:
    """Say before the work, not after it, that its result has no place."""
    folder = out.absolute().parent
    if str(out) == "-":
        raise BadInput("The page needs a file of its own: --html FILE.")
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder} to write {out.name} into. Make it first.")
    if out.is_dir():
        raise BadInput(f"{out} is a folder. Name a file to write to.")
    if not os.access(out if out.exists() else folder, os.W_OK):
        raise BadInput(f"{out} could not be written (Permission denied). Choose another place.")


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, "utf-8")
    except OSError as failure:
        raise BadInput(f"{path} could not be written ({failure.strerror}). Choose another place.") from failure


class _Progress:
    """One bar on standard error over all modalities, weighed by how long each takes."""

    def __init__(self, media: bool, text: bool):
        self.weights = ({"face": 8.0, "speech": 2.0} if media else {}) | ({"text": 1.0} if text else {})
        self.shares = dict.fromkeys(self.weights, 0.0)

    def __enter__(self) -> _Progress:
        from tqdm import tqdm

        form = "{desc:<8}{percentage:3.0f} %|{bar:30}| {elapsed}"
        self.bar = tqdm(total=100, bar_format=form, file=sys.stderr, disable=not sys.stderr.isatty(), leave=False)
        return self

    def __exit__(self, *_) -> None:
        self.bar.close()

    def __call__(self, name: str, share: float) -> None:
        if name not in self.shares:
            return
        self.shares[name] = max(share, self.shares[name])
        done = sum(self.weights[key] * value for key, value in self.shares.items()) / sum(self.weights.values())
        self.bar.set_description_str(name, refresh=False)
        self.bar.update(100 * done - self.bar.n)


if __name__ == "__main__":
    sys.exit(main())
