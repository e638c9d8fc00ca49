"""What Viva is made of: every Python and npm package with its version and licence, as a list and in CycloneDX."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from webapp.core.settings import ROOT


@dataclass(frozen=True)
class Package:
    """One package. ``licence`` as it says itself; empty where it says nothing."""

    kind: str
    name: str
    version: str
    licence: str

    @property
    def purl(self) -> str:
        """Its package URL."""
        name = self.name.replace("@", "%40")
        return f"pkg:{self.kind}/{name}@{self.version}"


def packages(root: Path = ROOT) -> list[Package]:
    """All of them: what is installed of Python, and what the front end is built of, by name."""
    return sorted({*_python(), *_npm(root / "package-lock.json")}, key=lambda each: (each.kind, each.name.lower()))


def _python() -> list[Package]:
    found = {}
    for each in metadata.distributions():
        name = re.sub(r"[-_.]+", "-", each.metadata["Name"] or "").lower()
        if name:
            found[name] = Package("pypi", name, each.version, _licence(each.metadata))
    return list(found.values())


def _licence(said: Any) -> str:
    """The licence expression, else the classifiers, else the first line of the licence field."""
    if expression := said.get("License-Expression"):
        return str(expression)
    named = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or () if line.startswith("License ::")]
    if named:
        return " / ".join(sorted(set(named)))
    return str(said.get("License") or "").strip().split("\n")[0][:80]


def _npm(lock: Path) -> list[Package]:
    if not lock.is_file():
        return []
    listed = json.loads(lock.read_text("utf-8")).get("packages", {})
    return [
        Package("npm", path.rpartition("node_modules/")[2], each["version"], str(each.get("license", "")))
        for path, each in listed.items()
        if path and "version" in each and not each.get("link")
    ]


def sbom(found: list[Package], version: str = "0.1.0") -> dict[str, Any]:
    """The list as CycloneDX 1.6."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "application", "bom-ref": "viva", "name": "viva", "version": version,
                          "licenses": [{"license": {"id": "Apache-2.0"}}]},
        },
        "components": [
            {"type": "library", "bom-ref": each.purl, "name": each.name, "version": each.version, "purl": each.purl,
             **({"licenses": [{"license": {"name": each.licence}}]} if each.licence else {})}
            for each in found
        ],
        "dependencies": [{"ref": "viva", "dependsOn": [each.purl for each in found]}],
    }  # fmt: skip
