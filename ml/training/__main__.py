"""``python -m ml.training`` lists what trains, measures and exports beside ``./viva train`` and ``./viva evaluate``;
``python -m ml.training NAME …`` runs it."""

from __future__ import annotations

import ast
import runpy
import sys
from pathlib import Path

from ml.core.errors import VivaError

#: The commands, and the module of each, whose first line says what it does.
COMMANDS = {
    "blinks": "face.blinks_evaluate",
    "diarization": "speech.diarization_train",
    "encoder_graph": "speech.encoder_graph",
    "encoder_weights": "speech.encoder_weights",
    "face_export": "face.export",
    "face_figures": "face.figures",
    "face_temperatures": "face.temperatures",
    "face_familiarity": "face.familiarity_evaluate",
    "fusion": "fusion.train",
    "fusion_card": "fusion.card",
    "interview": "interview.train",
    "leave_out": "speech.leave_out",
    "mouth": "face.mouth_train",
    "mouth_evaluate": "face.mouth_evaluate",
    "quantise": "face.quantise",
    "robustness": "speech.robustness",
    "spoken_language": "transcripts.spoken_language",
    "text_export": "text.export",
    "voice_classifier": "speech.voice_classifier_train",
    "yakaew2021": "fusion.yakaew2021.train",
    "yakaew2021_mouth": "fusion.yakaew2021.train_mouth",
    "yakaew2021_sound": "fusion.yakaew2021.train_sound",
}


def main(arguments: list[str] | None = None) -> int:
    """List the commands, or run one; the exit status: 0, 2 for bad input, 130 for Ctrl-C."""
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name in ("-h", "--help"):
        print(listing())
        return 0
    if name not in COMMANDS:
        print(f"viva: There is no command {name}. python -m ml.training lists them all.", file=sys.stderr)
        return 2
    before, sys.argv = sys.argv, [f"python -m ml.training {name}", *rest]
    try:
        runpy.run_module(f"ml.training.{COMMANDS[name]}", run_name="__main__", alter_sys=True)
    except (VivaError, ValueError, FileNotFoundError) as failure:
        print(f"viva: {failure}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as failure:
        print(f"viva: {failure.name} is not installed. Run: uv sync --all-groups", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nviva: stopped.", file=sys.stderr)
        return 130
    finally:
        sys.argv = before
    return 0


def listing() -> str:
    """Each command with the first line of its module."""
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:<{width}}{_first_line(module)}" for name, module in sorted(COMMANDS.items())]
    head = "./viva train face|speech|text and ./viva evaluate MODEL do the everyday work. All else:"
    return "\n".join([head, "", *lines, "", "python -m ml.training NAME --help tells a command's options."])


def _first_line(module: str) -> str:
    """The first line of a module's docstring, without importing it: imports take seconds."""
    path = Path(__file__).parent.joinpath(*module.split(".")).with_suffix(".py")
    return (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").splitlines()[0]


if __name__ == "__main__":
    sys.exit(main())
