"""The Dockerfile's steps, run in folders instead of containers: no image is pulled, and none is made.

Debian from its own mirror (debootstrap) stands where the image of Python does, which is Debian with another build of
the same Python. What git has is copied, but for .dockerignore; each RUN is run by chroot; and what the last line starts
is asked, as in compose.yaml: nothing may be written but /data and /tmp, and there is no network but its own.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from launcher.paths import ROOT, certificates

CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
#: Settings of this machine by which packages are found; an image is built with whatever its builder has.
_OF_THE_MACHINE = re.compile(r"(PIP|UV|NPM_CONFIG)_.*(INDEX|REGISTRY).*|(HTTPS?|NO)_PROXY", re.I)


@dataclass
class Stage:
    """One FROM: the folder that stands for its image, and what has been said in it so far."""

    name: str
    image: str
    steps: list[tuple[str, str]] = field(default_factory=list)


def stages(text: str) -> list[Stage]:
    """The stages of a Dockerfile and their instructions, each as one line."""
    found: list[Stage] = []
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in filter(None, re.sub(r"\\\n", " ", lines).splitlines()):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            found.append(Stage(name or str(len(found)), image))
        else:
            found[-1].steps.append((word, rest.strip()))
    return found


class Folder:
    """A stage that is being made."""

    def __init__(self, root: Path) -> None:
        self.root, self.here, self.user, self.command = root, "/", "0", list[str]()
        self.said = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}

    def inside(self, path: str) -> Path:
        return self.root / os.path.normpath(os.path.join(self.here, path)).lstrip("/")

    def run(self, *command: str, before: str = "", more: list[str] | None = None, user: str = "0") -> str:
        """Run a command in the folder, with processes and mounts of its own, which end with it."""
        script = f"""set -e; cd {shlex.quote(str(self.root))}
mount -t proc proc proc; mount -t tmpfs tmpfs dev/shm; {before}
exec chroot --userspec={user}:{user} . /bin/sh -c 'cd "$0" && exec "$@"' {shlex.quote(self.here)} "$@" """
        unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", *(more or [])]
        of_machine = {name: value for name, value in os.environ.items() if _OF_THE_MACHINE.fullmatch(name)}
        done = subprocess.run(
            [*unshare, "/bin/sh", "-c", script, "sh", *command], env=of_machine | self.said,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stdout[-3000:]}"
        return done.stdout

    def take(self, word: str, rest: str, context: Path, made: dict[str, Folder]) -> None:
        """Do as one instruction says; one that is not known here fails."""
        match word:
            case "WORKDIR":
                self.here = rest
                self.inside(".").mkdir(parents=True, exist_ok=True)
            case "COPY":
                *options, source, target = rest.split()
                among = made[options[0].removeprefix("--from=")].root if options else context
                copy(among / source.lstrip("/"), self.inside(target), "--link")  # gigabytes; nobody changes them
            case "RUN":
                self.run("/bin/sh", "-c", rest)
            case "ENV":
                for name, value in (pair.split("=", 1) for pair in shlex.split(rest)):
                    self.said[name] = re.sub(r"\$(\w+)", lambda found: self.said[found[1]], value)
            case "USER":
                self.user = rest
            case "CMD":
                self.command = json.loads(rest)
            case "VOLUME" | "EXPOSE":
                pass
            case _:
                pytest.fail(f"{word} is not known to this test")


def copy(source: Path, target: Path, *options: str) -> None:
    """A folder's contents, with links as they are."""
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", *options, f"{source}/.", target], check=True)


def context_of(folder: Path) -> Path:
    """What git has of the last commit, without what .dockerignore names."""
    with subprocess.Popen(["git", "-C", ROOT, "archive", "HEAD"], stdout=subprocess.PIPE) as archive:
        folder.mkdir()
        subprocess.run(["tar", "-x", "-C", folder], stdin=archive.stdout, check=True)
    for pattern in (ROOT / ".dockerignore").read_text("utf-8").split():
        for path in folder.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return folder


def base(folder: Path) -> Path:
    """Debian with its Python, under both of the names that the image of Python has."""
    made = subprocess.run(
        ["debootstrap", "--variant=minbase", "--include=python3,ca-certificates", "bookworm", folder],
        capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 0, (made.stdout + made.stderr)[-2000:]
    (folder / "usr" / "local" / "bin" / "python").symlink_to("/usr/bin/python3")
    shutil.copy("/etc/resolv.conf", folder / "etc" / "resolv.conf")
    if bundle := certificates():  # a mirror may have one of this machine's own
        shutil.copy(bundle, folder / CERTIFICATES)
    return folder


#: Nothing may be written but two folders, and the network ends here.
READ_ONLY = """mount --rbind . .; cd "$PWD"; mount -o remount,bind,ro .; mount -t tmpfs tmpfs tmp
mount --bind {data} data; ip link set lo up"""
#: What compose.yaml does with the image, and then what its check of health and a browser ask.
ASK = """
import errno, re, subprocess, time, urllib.request
subprocess.run({prepare}, check=True)
server = subprocess.Popen({command})
def ask(path):
    with urllib.request.urlopen("http://127.0.0.1:8000" + path, timeout=5) as answer:
        return answer.status, answer.read().decode()
for _ in range(600):
    try:
        status, said = ask("/healthz")
        break
    except OSError:
        assert server.poll() is None, "it ended"
        time.sleep(0.2)
print("healthz", status, said)
print("readyz", *ask("/readyz"))
page = ask("/sign-in")[1]
style = re.search(r'href="(/static/dist/[^"]+[.]css[^"]*)"', page)[1]
print("style", ask(style)[0])
from weasyprint import HTML
print("pdf", HTML(string="<p>Zoë").write_pdf()[:5])
try:
    open("/viva/written", "w")
except OSError as error:
    print("read-only", error.errno == errno.EROFS)
server.terminate()
print("ended", server.wait(30))
"""


def test_every_instruction_is_known_and_each_stage_begins_with_the_same_python():
    found = stages((ROOT / "Dockerfile").read_text("utf-8"))
    assert [stage.name for stage in found] == ["build", "1"]
    assert {stage.image for stage in found} == {"python:3.11-slim-bookworm"}
    known = {"WORKDIR", "COPY", "RUN", "ENV", "USER", "CMD", "VOLUME", "EXPOSE"}
    assert {word for stage in found for word, _rest in stage.steps} <= known


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.skipif(os.geteuid() != 0, reason="not root: folders of Debian and chroot need it")
@pytest.mark.skipif(not shutil.which("debootstrap"), reason="no debootstrap (apt-get install debootstrap)")
def test_what_the_dockerfile_makes_starts_and_answers():
    with tempfile.TemporaryDirectory(prefix="viva-image-") as folder:  # pytest would keep gigabytes
        said = made_and_asked(Path(folder))
    assert re.search(r"^healthz 200 .*\"status\":", said, re.M), said
    assert re.search(r"^readyz 200 ", said, re.M), said
    assert all(each in said for each in ("style 200", "pdf b'%PDF-'", "read-only True", "ended 0")), said


def made_and_asked(folder: Path) -> str:
    """Make every stage, start the last one as compose.yaml does, and ask it; gives what was printed."""
    made: dict[str, Folder] = {}
    debian, context = base(folder / "debian"), context_of(folder / "context")
    for stage in stages((ROOT / "Dockerfile").read_text("utf-8")):
        made[stage.name] = image = Folder(folder / stage.name)
        copy(debian, image.root)
        for word, rest in stage.steps:
            image.take(word, rest, context, made)
    data = folder / "data"
    data.mkdir(mode=0o700)
    os.chown(data, int(image.user), int(image.user))
    folder.chmod(0o755)
    prepare = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["migrate"]["command"]
    asked = ASK.format(prepare=prepare, command=image.command)
    mounts = READ_ONLY.format(data=shlex.quote(str(data)))
    return image.run("python", "-c", asked, before=mounts, more=["--net"], user=image.user)
