"""The command line of the models: analyse, transcript, train, evaluate, bench. ``./viva NAME`` runs ``python -m ml.cli
NAME``.

Standard output holds the answer and nothing else; progress, messages and libraries' chatter go to standard
error.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from ml.core.errors import MediaError, VivaError
from ml.transcripts import cli as transcripts
from ml.transcripts.formats import CaptionsError

MODALITIES = ("face", "speech", "text")
ROOT = Path(__file__).resolve().parents[1]
#: What can be evaluated: a package ``ml/NAME`` with ``evaluate.evaluate(data) -> dict``.
EVALUATED = (
    *MODALITIES,
    *(name for name in ("interview", "fusion") if (ROOT / "ml" / "training" / name / "evaluate.py").is_file()),
)
#: The benchmarks: modules of ``bench`` with ``measure() -> dict`` and ``table(dict) -> str``; they raise BenchFailed.
BENCHES = tuple(
    sorted(path.stem for path in (ROOT / "bench").glob("*.py") if "\ndef measure(" in path.read_text("utf-8"))
)


class BadInput(Exception):
    """Something on the command line cannot be used; the text says what and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 2 for bad input, 130 for Ctrl-C."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    options = _parser(sys.argv[1:] if arguments is None else arguments).parse_args(arguments)
    try:
        options.run(options)
    except (BadInput, VivaError) as failure:
        print(f"viva: {failure}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output went away (| head)
        sys.stdout = None
        return 0
    except KeyboardInterrupt:
        print("\nviva: stopped.", file=sys.stderr)
        return 130
    return 0


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
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

    command = commands.add_parser("train", help="train a model anew")
    models = command.add_subparsers(required=True, metavar="|".join(MODALITIES), dest="model")
    for name in MODALITIES:
        model = models.add_parser(name)
        model.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder of the training data")
        if arguments[:2] == ["train", name]:  # the options come with the training code, whose imports take seconds
            _module(name, "train").add_arguments(model)
        model.set_defaults(run=_train)

    command = commands.add_parser("evaluate", help="measure a shipped model on data with labels")
    models = command.add_subparsers(dest="model", required=True, metavar="MODEL")
    for name in EVALUATED:
        model = models.add_parser(name)
        model.add_argument("--data", type=Path, required=True, metavar="PATH", help="a file or folder with labels")
        model.add_argument("--json", action="store_true", help="print one JSON object")
        if name == "fusion":
            model.add_argument("--action-units", type=Path, required=True, metavar="CSV", help="the same clips' faces")
        model.set_defaults(run=_evaluate)

    command = commands.add_parser("bench", help="measure speed and memory")
    command.add_argument("name", nargs="?", choices=BENCHES, help="one of the benchmarks (default: all)")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=_bench)
    return parser


def _analyse(options: argparse.Namespace) -> None:
    if options.media is None and options.text is None:
        raise BadInput("There is nothing to analyse. Name a recording, or a text with --text FILE, or both.")
    for out in (options.html, None if options.json in (None, "-") else Path(options.json)):
        if out is not None:
            _check_writable(out)
    text = None if options.text is None else _read_text(options.text, options.speaker)
    unusable: MediaError | None = None
    with _quiet_stdout():
        from ml import analyse
        from ml.media import demux

        if options.media is not None:
            try:  # a file that is no recording is bad input, not a reading without result
                demux.probe(options.media)
            except MediaError as failure:
                unusable = failure
                # The text can be read all the same, and who asked for JSON finds the reason in it.
                if failure.code == "missing" or (text is None and options.json is None):
                    raise
        with _Progress(media=options.media is not None, text=text is not None) as progress:
            result = analyse.analyse(options.media, text, progress, options.fusion)
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


def _train(options: argparse.Namespace) -> None:
    if not options.data.exists():
        raise BadInput(f"There is no {options.data}. Give the folder of the training data with --data DIR.")
    try:
        _module(options.model, "train").train(options.data, options)
    except (ValueError, FileNotFoundError) as failure:
        raise BadInput(str(failure)) from failure
    except KeyboardInterrupt:
        print("\nviva: stopped. The same command goes on from the last checkpoint.", file=sys.stderr)
        raise SystemExit(130) from None


def _evaluate(options: argparse.Namespace) -> None:
    if not options.data.exists():
        raise BadInput(f"There is no {options.data}. Give data with labels with --data PATH.")
    with _quiet_stdout():
        try:
            more = {"action_units": options.action_units} if options.model == "fusion" else {}
            figures = _module(options.model, "evaluate").evaluate(options.data, **more)
        except (ValueError, FileNotFoundError, KeyError) as failure:
            raise BadInput(f"{options.data} could not be evaluated: {failure}") from failure
        from ml.core.stored import strict

        figures = strict(figures)
    if options.json:
        print(json.dumps(figures, allow_nan=False))
        return
    from ml.summary import evaluation

    print(evaluation(options.model, figures))


def _bench(options: argparse.Namespace) -> None:
    names = [options.name] if options.name else BENCHES
    results: dict[str, Any] = {}
    for name in names:
        bench = importlib.import_module(f"bench.{name}")
        try:
            results[name] = bench.measure()
        except bench.BenchFailed as failure:
            raise BadInput(f"The benchmark {name} could not be run: {failure}") from failure
        if not options.json:
            print(bench.table(results[name]), flush=True)
    if options.json:
        print(json.dumps(results, allow_nan=False))


def _module(model: str, name: str):
    try:
        return importlib.import_module(f"ml.training.{model}.{name}")
    except ModuleNotFoundError as failure:
        if failure.name and failure.name.startswith("ml."):
            raise
        raise BadInput(
            f"{failure.name} is not installed, which ./viva {name} needs. Run: uv sync --all-groups"
        ) from failure


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


@contextlib.contextmanager
def _quiet_stdout():
    """Send what libraries print, from C as well, to standard error while an answer is being made."""
    sys.stdout.flush()
    saved = os.dup(1)
    try:
        os.dup2(2, 1)
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)


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
