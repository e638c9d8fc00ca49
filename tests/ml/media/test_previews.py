"""Previews: first pages as pictures, words of documents, and what hostile files come to in their confined process."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import cv2
import docx
import numpy as np
import pikepdf
import pytest

from ml.media import previews
from ml.media.sandbox import SandboxFailedError

ROOT = Path(__file__).resolve().parents[3]
PDF, DOCX = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def pdf(*drawn: bytes, size=(595, 842), **saved) -> bytes:
    """A PDF with a page for each stream of drawing."""
    document = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    for stream in drawn:
        page = document.add_blank_page(page_size=size)
        page.Contents = document.make_stream(stream)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    made = io.BytesIO()
    document.save(made, **saved)
    return made.getvalue()


def words(text: str) -> bytes:
    return f"BT /F 24 Tf 50 700 Td ({text}) Tj ET".encode()


def png(width: int, height: int) -> bytes:
    """A PNG of one colour: a few kilobytes, however large it unpacks."""
    row, squeeze = b"\0" + b"\xff" * (width * 3), zlib.compressobj(9)
    data = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    parts = (b"IHDR", width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\0\0\0"), (b"IDAT", data), (b"IEND", b"")
    blocks = (len(each).to_bytes(4) + name + each + zlib.crc32(name + each).to_bytes(4) for name, each in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(blocks)


def archive(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return made.getvalue()


@pytest.fixture
def make(tmp_path):
    def make(content: bytes, media_type: str, **bounds: int) -> previews.Preview:
        path = tmp_path / "file"
        path.write_bytes(content)
        found = previews.make(path, media_type, **bounds)
        assert [each.name for each in tmp_path.iterdir()] == ["file"]
        return found

    return make


@pytest.fixture
def refused(make):
    def refused(content: bytes, media_type: str, **bounds: int) -> str:
        with pytest.raises(previews.PreviewError) as failed:
            make(content, media_type, **bounds)
        return failed.value.code

    return refused


def shape(page: previews.Page) -> tuple[int, int]:
    picture = cv2.imdecode(np.frombuffer(page.picture, np.uint8), cv2.IMREAD_COLOR)
    return picture.shape[1], picture.shape[0]


def test_the_first_pages_of_a_pdf_are_pictures_with_their_text(make):
    found = make(pdf(*(words(f"Page {number}") for number in range(1, 8))), PDF)
    assert [page.text for page in found.pages] == [f"Page {number}" for number in range(1, 6)]
    assert (found.total, found.cut) == (7, True)
    assert 990 <= shape(found.pages[0])[0] <= 1000 and shape(found.pages[0])[1] <= 1415
    one = cv2.imdecode(np.frombuffer(found.pages[0].picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert one.min() < 60 and one.max() > 240  # something is written there


@pytest.mark.full
def test_a_picture_is_turned_upright_and_says_nothing_else(make):
    _done, data = cv2.imencode(".jpg", np.full((300, 2000, 3), 200, np.uint8))
    turned = (
        bytes.fromhex("ffe1002e457869660000") + b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0" + b"\0" * 14
    )
    found = make(data.tobytes()[:2] + turned + b"SECRET" + data.tobytes()[2:], "image/jpeg")
    assert shape(found.pages[0]) == (212, 1414) and (found.total, found.cut) == (1, False)
    assert b"SECRET" not in found.pages[0].picture and b"Exif" not in found.pages[0].picture


@pytest.mark.full
def test_a_word_document_is_its_words(make):
    document, made = docx.Document(), io.BytesIO()
    document.add_heading("Curriculum", 0)
    document.add_paragraph("I <b>built</b> things.")
    document.add_paragraph("Polish", style="List Bullet")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "2024", "Engineer"
    document.save(made)
    found = make(made.getvalue(), DOCX)
    assert found.blocks == [
        ("heading", "Curriculum"), ("paragraph", "I <b>built</b> things."), ("item", "Polish"),
        ("paragraph", "2024 · Engineer"),
    ]  # fmt: skip
    assert found.pages == [] and not found.cut


@pytest.mark.full
def test_what_cannot_be_shown_says_why(refused):
    locked = pdf(words("Mine"), encryption=pikepdf.Encryption(user="secret", owner="secret"))
    assert refused(locked, PDF) == "locked"
    assert refused(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n", PDF) == "broken"
    assert refused(pdf(words("Torn"))[:200] + b"%%EOF", PDF) == "broken"
    assert refused(png(40, 40)[:60], "image/png") == "broken"
    assert refused(png(40, 40), "image/jpeg") == "broken"  # another decoder is never tried
    assert refused(archive(**{"[Content_Types].xml": b"<x/>", "word/document.xml": b"<w/>"}), DOCX) == "broken"


@pytest.mark.full
def test_bombs_and_huge_pages_come_to_nothing(make, refused):
    began = time.monotonic()
    assert refused(png(11_000, 9_000), "image/png") == "too_large"
    assert refused(pdf(words("Thin"), size=(14_400, 3)), PDF) == "too_large"
    huge = make(pdf(words("Huge"), size=(14_400, 14_400)), PDF)
    assert max(shape(huge.pages[0])) <= 1000
    bomb = archive(**{"[Content_Types].xml": b"<x/>", "word/document.xml": b"<w>" + b"<a>" * 30_000_000})
    assert len(bomb) < 200_000 and refused(bomb, DOCX) in {"too_large", "broken"}
    assert time.monotonic() - began < 60


@pytest.mark.full
def test_memory_has_a_bound_that_the_kernel_keeps(refused):
    assert refused(png(6_000, 6_000), "image/png", memory=64 * 1024**2) == "too_large"


def nest(depth: int) -> bytes:
    """A page that draws a form, which draws another ten times, and so on: ten to the power of ``depth``."""
    document = pikepdf.new()
    page = document.add_blank_page()
    inner = document.make_stream(b"0 0 100 100 re f 3 3 m 60 60 90 10 50 5 c S")
    inner.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Form, "/BBox": [0, 0, 600, 800]})
    for _ in range(depth):
        outer = document.make_stream(b"/X Do " * 10)
        outer.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Form, "/BBox": [0, 0, 600, 800]})
        outer.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
        inner = outer
    page.Contents = document.make_stream(b"/X Do")
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


@pytest.mark.full
def test_a_pdf_that_hangs_is_ended_and_the_pages_before_it_stay(make, refused):
    endless = nest(9)
    assert refused(endless, PDF, processor_seconds=2) in {"too_long", "broken"}  # time or memory, whichever is first
    with pikepdf.open(io.BytesIO(pdf(words("Before")))) as first, pikepdf.open(io.BytesIO(endless)) as second:
        first.pages.extend(second.pages)
        both = io.BytesIO()
        first.save(both)
    kept = make(both.getvalue(), PDF, processor_seconds=2)
    assert [page.text for page in kept.pages] == ["Before"] and kept.cut


@pytest.mark.full
def test_processor_time_has_a_bound_that_the_kernel_keeps(tmp_path, monkeypatch):
    script = tmp_path / "spins.py"
    script.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom ml.media import preview_child\n"
        "preview_child.confine(int(sys.argv[2]), int(sys.argv[3]))\nwhile True:\n    pass\n"
    )
    monkeypatch.setattr(previews, "_CHILD", script)
    with pytest.raises(previews.PreviewError) as ended:
        previews.make(script, PDF, processor_seconds=1)
    assert ended.value.code == "too_long"


def test_one_that_only_waits_is_ended_too(tmp_path, monkeypatch):
    script = tmp_path / "waits.py"
    script.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(previews, "_CHILD", script)
    monkeypatch.setattr(previews, "PATIENCE", 0.5)
    began = time.monotonic()
    with pytest.raises(SandboxFailedError):  # says nothing about the file: it is tried again
        previews.make(script, PDF)
    assert time.monotonic() - began < 10


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter of system calls")
def test_the_process_can_open_nothing_send_nothing_and_start_nothing(tmp_path):
    script = tmp_path / "tries.py"
    script.write_text(
        f"""
import json, os, resource, socket, sys
sys.path.insert(0, {str(ROOT)!r})
from ml.media import preview_child
environment = dict(os.environ)
descriptors = sorted(map(int, os.listdir("/proc/self/fd")))
preview_child.confine(5, 64 * 1024**2)
tries = dict(
    read=lambda: open("/etc/passwd"),
    write=lambda: open({str(tmp_path / "new")!r}, "w"),
    again=lambda: (os.close(0), os.open("/etc/passwd", os.O_RDONLY)),
    connect=lambda: socket.socket(),
    folder=lambda: os.listdir("/"),
    start=lambda: os.fork(),
    other=lambda: os.execv("/bin/true", ["true"]),
    kill=lambda: os.kill(os.getppid(), 0),
    more=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50)),
    memory=lambda: bytearray(2**30),
)
found = dict()
for name, act in tries.items():
    try:
        act()
        found[name] = "done"
    except (OSError, ValueError, MemoryError) as error:
        found[name] = type(error).__name__
sys.stdout.write(json.dumps([found, environment, len(descriptors)]))
sys.stdout.flush()
"""
    )
    answer = subprocess.run(
        [sys.executable, "-I", script], capture_output=True, env={}, cwd="/", check=True, stdin=subprocess.PIPE
    )
    found, environment, descriptors = json.loads(answer.stdout)
    assert "done" not in found.values() and found["connect"] == "PermissionError" and found["memory"] == "MemoryError"
    assert set(environment) <= {"LC_CTYPE"} and descriptors <= 4  # the folder of descriptors is the fourth


def test_it_is_started_with_nothing(tmp_path, monkeypatch):
    script, path = tmp_path / "tells.py", tmp_path / "file"
    script.write_text(
        "import json, os, sys\n"
        "open_ones = [each for each in range(3, 64) if os.path.exists(f'/proc/self/fd/{each}')]\n"
        "told = json.dumps([sorted(os.environ), os.getcwd(), open_ones])\n"
        "print(json.dumps(dict(blocks=[['paragraph', told]])))\n"
    )
    path.write_bytes(b"x")
    monkeypatch.setenv("VIVA_SECRET_KEY", "secret")
    monkeypatch.setattr(previews, "_CHILD", script)
    environment, folder, descriptors = json.loads(previews.make(path, PDF).blocks[0][1])
    assert set(environment) <= {"LC_CTYPE"} and folder == "/" and descriptors == []


def test_what_comes_back_is_checked(tmp_path, monkeypatch):
    script, path = tmp_path / "lies.py", tmp_path / "file"
    path.write_bytes(b"x")
    monkeypatch.setattr(previews, "_CHILD", script)
    for said in (
        '\'{"picture": 6, "text": ""}\\n<html>\'',
        "'{\"picture\": 99}\\nRIFF'",
        "'[1]\\n'",
        "'nonsense'",
        "'{\"blocks\": [1, [[], 2]]}\\n'",
    ):
        script.write_text(f"import sys\nsys.stdout.write({said})\n")
        with pytest.raises((SandboxFailedError, previews.PreviewError)):
            previews.make(path, PDF)
