"""The command line of training: train and evaluate. ``./viva train`` and ``./viva evaluate`` come here.

Evaluating needs no package of the group ``train``; what else trains is listed by ``python -m ml.training``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

from ml.console import BadInput, quiet_stdout, run

#: What can be trained: packages with ``train.add_arguments(parser)`` and ``train.train(data, options)``.
TRAINED = ("face", "speech", "text")
#: What can be evaluated: packages with ``evaluate.evaluate(data) -> dict``.
EVALUATED = (*TRAINED, "interview", "fusion")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 2 for bad input, 130 for Ctrl-C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    return run(_parser(arguments), arguments)


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./viva", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("train", help="train a model anew")
    models = command.add_subparsers(required=True, metavar="|".join(TRAINED), dest="model")
    for name in TRAINED:
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
    return parser


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
    with quiet_stdout():
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
    from ml.training.summary import evaluation

    print(evaluation(options.model, figures))


def _module(model: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(f"ml.training.{model}.{name}")
    except ModuleNotFoundError as failure:
        if failure.name and failure.name.startswith("ml."):
            raise
        raise BadInput(
            f"{failure.name} is not installed, which ./viva {name} needs. Run: uv sync --all-groups"
        ) from failure


if __name__ == "__main__":
    sys.exit(main())
