"""The commands of ``./viva``."""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import NoReturn

from launcher import spoken_languages, up
from launcher.bootstrap import CLUSTER, ensure_environment, ensure_frontend
from launcher.check import check
from launcher.console import Failure, say
from launcher.paths import ROOT, command, data_folder, environment, version
from launcher.restoring import HELP_RESTORE, restore
from launcher.testing import ensure_chromium, test

HELP = """\
Viva: job interviews on your own machine.

  ./viva up [--port 8000] [--host 127.0.0.1] [--data DIR] [--no-demo]
        prepare what is needed, start Viva, print its address; Ctrl-C stops it
  ./viva test [--full [--slice K]] [PYTEST ARGUMENTS]
        run the tests, those in a browser included; --full runs the long matrices, in twenty-four slices
  ./viva check [GATE …] [--json]
        read the code without running it: faults, types, layers, spelling, templates, scripts

  ./viva analyse MEDIA [--text FILE] [--json OUT] [--html OUT]
        read one recording's face, voice and words, without the web
  ./viva transcript FILE [--speaker NAME] [--json]
        say what a file of captions or a transcript holds
  ./viva evaluate face|speech|text --data PATH --json
        measure the models that came with Viva
  ./viva train face|speech|text --data DIR
        train a model anew; goes on where it was interrupted
  ./viva bench
        measure speed and memory; "bench faults" what many candidates, slow clients and hostile media do,
        "bench messages" whether mail and webhooks arrive once while their senders are killed,
        "bench candidates" whether anything of a thousand interviews is lost while everything goes wrong,
        "bench chaos" the same on the servers of a cluster

  ./viva invite FILE --dry-run [--json]
        say who a CSV of people would invite, and what is wrong with it
  ./viva policy explain --place CODE [--date D] [--json]
        say which analyses may run at a place, and which rules say so; needs no database
  ./viva audit verify [--data DIR] [--self-test] [--json]
        prove that nobody changed, removed or inserted a line of the audit log
  ./viva erase --interview ID|--email ADDRESS --dry-run [--json]
        say what erasing somebody would remove, table by table
  ./viva storage move --to s3://BUCKET/PREFIX [--data DIR] [--check] [--replace] [--json]
        copy recordings and files to another place while Viva runs, compared by checksum
  ./viva backup DIR|s3://BUCKET/PREFIX --key FILE [--data DIR] [--keep-days N] [--check] [--json]
        back up database and files while Viva runs; --check says how old the last good backup is
  ./viva restore DIR|s3://BUCKET/PREFIX --key FILE --data NEW [--snapshot NAME] [--removals FILE] [--json]
        restore a backup into an empty folder, without what was erased or revoked since
  ./viva openapi
        print the REST API's OpenAPI document; needs no server, no database and no network
  ./viva admin create [--data DIR]
        make an admin
  ./viva organisation create NAME --admin EMAIL [--data DIR] [--json], ./viva organisation list [--data DIR] [--json]
        make a further organisation with an admin of its own; say which there are
  ./viva install [--cluster]
        install what ./viva up needs and start nothing; --cluster: drivers of PostgreSQL, Redis, S3, OpenTelemetry too
  ./viva build
        build the front end
  ./viva translations [--check] [--add LANGUAGE]
        gather the messages of all pages into the catalogues
  ./viva flask [--data DIR] …
        Flask's own commands (db upgrade, shell, routes …)
  ./viva --version [--json], ./viva --help

Each command explains itself:  ./viva COMMAND --help
"""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(HELP, end="")
        return 0 if arguments else 2
    name, rest = arguments[0], list(arguments[1:])
    try:
        if name in {"--version", "-V", "version"}:
            if "--json" in rest:
                return _version_json()
            print(f"Viva {version()}")
            return 0
        if name not in COMMANDS:
            return _unknown(name)
        return COMMANDS[name](rest)
    except Failure as failure:
        say(f"viva: {failure}")
        return 1
    except KeyboardInterrupt:
        say("\nviva: stopped.")
        return 130


def _version_json() -> int:
    ensure_environment()
    _become(command("ml.version"), environment())
    return 0


def _unknown(name: str) -> int:
    near = difflib.get_close_matches(name, COMMANDS, 1)
    hint = f" Did you mean ./viva {near[0]}?" if near else ""
    say(f"viva: There is no command {name!r}.{hint} ./viva --help lists them all.")
    return 2


def _up(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./viva up", description="Start Viva and keep it running until Ctrl-C.")
    up.add_arguments(parser)
    return up.up(parser.parse_args(arguments))


def _install(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./viva install", description="Install what ./viva up needs; start nothing.")
    parser.add_argument("--cluster", action="store_true", help="the drivers of PostgreSQL, Redis and S3 too")
    ensure_environment(*([CLUSTER] if parser.parse_args(arguments).cluster else []))
    if spoken_languages.asked():
        spoken_languages.ensure_spoken_languages()
    ensure_frontend()
    return 0


def _build(arguments: list[str]) -> int:
    argparse.ArgumentParser(prog="./viva build", description="Build the front end.").parse_args(arguments)
    ensure_environment()
    ensure_frontend(force=True)
    return 0


def _module(module: str, *groups: str, name: str = "") -> Callable[[list[str]], int]:
    def run(arguments: list[str]) -> int:
        ensure_environment(*groups)
        _become(command(module, *([name] if name else []), *arguments), environment())

    return run


def _bench(arguments: list[str]) -> int:
    """Measure. The bench that drives a browser needs one, with what drives it; then ``./viva up`` makes the rest."""
    if {"review", "candidates"} & set(arguments):
        ensure_environment("dev")
        ensure_frontend()
        ensure_chromium()
    if "chaos" in arguments:
        ensure_environment("dev", CLUSTER)
        ensure_frontend()
    if "languages" in arguments:
        spoken_languages.ensure_spoken_languages()
    return _module("bench", "bench")(arguments)


def _translations(arguments: list[str]) -> int:
    ensure_environment()
    _become(command("webapp.core.catalogues", *arguments), environment())
    return 0


def _invite(arguments: list[str]) -> int:
    ensure_environment()
    _become(command("webapp.interviews.cli", *arguments), environment())


def _policy(arguments: list[str]) -> int:
    ensure_environment()
    _become(command("webapp.policy.cli", *arguments), environment())


def _audit(arguments: list[str]) -> int:
    if "--self-test" not in arguments:
        return _on_data("audit", arguments)
    ensure_environment()
    rest = [argument for argument in arguments if argument not in ("verify", "--self-test")]
    _become(command("webapp.governance.self_test", *rest), environment())


def _erase(arguments: list[str]) -> int:
    return _on_data("erase", arguments)


def _backup(arguments: list[str]) -> int:
    return _on_data("backup", arguments, *_extras_of(arguments))


def _storage(arguments: list[str]) -> int:
    return _on_data("storage", arguments)


def _restore(arguments: list[str]) -> int:
    data, rest = _take_data(arguments)
    home = data_folder(data)
    if not rest or {"-h", "--help"} & set(rest):
        print(HELP_RESTORE, end="")
        return 0 if rest else 2
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        say(f"viva: {home} is not empty. Name an empty folder or a new one with --data DIR.")
        return 2
    ensure_environment(*_extras_of(rest))
    return restore(home, rest)


def _extras_of(arguments: list[str]) -> list[str]:
    """What has to be installed for the addresses among the arguments."""
    return [CLUSTER] if any(argument.startswith("s3:") for argument in arguments) else []


def _openapi(arguments: list[str]) -> int:
    argparse.ArgumentParser(
        prog="./viva openapi", description="Print the REST API's OpenAPI document, as JSON."
    ).parse_args(arguments)
    ensure_environment()
    with tempfile.TemporaryDirectory() as folder:  # an application wants one for its data; none comes into it
        return subprocess.call(
            command("flask", "--app", "webapp", "openapi"), env=environment(VIVA_HOME=folder, VIVA_DATABASE_URL="")
        )


def _on_data(name: str, arguments: list[str], *extras: str) -> int:
    """A command of Flask's that looks at a database that must be there; it makes none."""
    data, rest = _take_data(arguments)
    home = data_folder(data)
    asks = not rest or "--help" in rest
    if not asks and not os.environ.get("VIVA_DATABASE_URL") and not (home / "viva.db").is_file():
        say(f"viva: There is no database in {home}. Name the folder with --data DIR.")
        return 2
    ensure_environment(*extras)
    _become(command("flask", "--app", "webapp", name, *(rest or ["--help"])), environment(VIVA_HOME=str(home)))


def _flask(arguments: list[str], *prefix: str) -> int:
    data, rest = _take_data(arguments)
    ensure_environment()
    ensure_frontend()
    env = environment(VIVA_HOME=str(data_folder(data)))
    _become(command("flask", "--app", "webapp", *prefix, *rest), env)


def _admin(arguments: list[str]) -> int:
    return _flask(arguments or ["--help"], "admin")


def _organisation(arguments: list[str]) -> int:
    if arguments[:1] == ["list"]:
        return _on_data("organisation", arguments)
    return _flask(arguments or ["--help"], "organisation")


def _take_data(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Take ``--data DIR`` out of arguments that somebody else will read."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--data", metavar="DIR")
    known, rest = parser.parse_known_args(arguments)
    return known.data, rest


def _become(arguments: list[str], env: dict[str, str]) -> NoReturn:
    """Turn this process into another: signals, exit status and terminal are its own."""
    sys.stdout.flush()
    os.execve(arguments[0], arguments, env)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "up": _up,
    "test": test,
    "check": check,
    "analyse": _module("ml.cli", name="analyse"),
    "transcript": _module("ml.cli", name="transcript"),
    "evaluate": _module("ml.training.cli", name="evaluate"),
    "train": _module("ml.training.cli", "train", name="train"),
    "bench": _bench,
    "invite": _invite,
    "policy": _policy,
    "audit": _audit,
    "erase": _erase,
    "backup": _backup,
    "storage": _storage,
    "restore": _restore,
    "openapi": _openapi,
    "admin": _admin,
    "organisation": _organisation,
    "install": _install,
    "build": _build,
    "flask": _flask,
    "translations": _translations,
}

__all__ = ["COMMANDS", "ROOT", "main"]
