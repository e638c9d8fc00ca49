"""What the command lines share: bad input, exit statuses, and a standard output that holds the answer alone."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator

from ml.core.errors import VivaError


class BadInput(Exception):
    """Something on the command line cannot be used; the text says what and what to do."""


def run(parser: argparse.ArgumentParser, arguments: list[str]) -> int:
    """Parse ``arguments`` and call ``options.run``; the exit status: what that returned, 2 for bad
    input, 130 for Ctrl-C."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    options = parser.parse_args(arguments)
    try:
        status = options.run(options)
    except (BadInput, VivaError) as failure:
        print(f"viva: {failure}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output went away (| head)
        sys.stdout = None
        return 0
    except KeyboardInterrupt:
        print("\nviva: stopped.", file=sys.stderr)
        return 130
    return status if isinstance(status, int) else 0


@contextlib.contextmanager
def quiet_stdout() -> Iterator[None]:
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
