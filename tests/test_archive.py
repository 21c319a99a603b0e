"""The archive's writer: what other tools read of it, its proof of life, and what a crash leaves."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from archive_samples import BODY, CERTIFICATE, end_of, exchange, records
from crawler.archive import Archive, Position, Repaired, is_alive, take_over, whole_end
from crawler.archive.layout import http_head
from crawler.archive.records import read_records
from pipelines.errors import StorageError

HERE = Path(__file__).parent  # the programs below import the samples from here


def test_an_exchange_is_a_response_and_its_metadata(tmp_path: Path) -> None:
    with Archive(tmp_path, "r1") as archive:
        position = archive.append(exchange(), {"run": "r1", "site": "tinh", "bytes": 57})
        archive.sync()
        path = tmp_path / position.file
        assert end_of(position) == path.stat().st_size
    (info, _, _), (kind, response, body), (what, metadata, row) = records(path)
    assert (info, kind, what) == ("warcinfo", "response", "metadata")
    assert body == BODY
    assert response["WARC-Target-URI"] == "https://tinh.example/tin/1"
    assert response["WARC-IP-Address"] == "203.0.113.7"
    assert response["WARC-Date"] == "2026-11-25T01:02:03Z"
    assert metadata["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    known = json.loads(row)
    assert known["tls_path"] == ["strict:protocol", "legacy:ok"]
    assert known["tls_verified"] is True
    assert known["certificate"]["sha256"] == CERTIFICATE.sha256
    assert (known["run"], known["site"], known["attempts"], known["bytes"]) == ("r1", "tinh", 2, 57)


def test_positions_point_at_their_exchange(tmp_path: Path) -> None:
    with Archive(tmp_path, "r1") as archive:
        positions = [archive.append(exchange(url=f"https://tinh.example/{n}"), {}) for n in range(5)]
    for n, position in enumerate(positions):
        with (tmp_path / position.file).open("rb") as file:
            file.seek(position.offset)
            data = file.read(position.length)
        part = tmp_path / f"part-{n}.warc.gz"
        part.write_bytes(data)
        assert [(kind, headers["WARC-Target-URI"]) for kind, headers, _ in records(part)] == [
            ("response", f"https://tinh.example/{n}"),
            ("metadata", f"https://tinh.example/{n}"),
        ]


def test_an_identical_payload_is_a_revisit(tmp_path: Path) -> None:
    with Archive(tmp_path, "r1", roll_at=3000) as archive:
        first = archive.append(exchange(), {})
        again = exchange(url="https://tinh.example/?a", fetched_at="2026-11-26T01:02:03Z")
        assert archive.append(again, {}, same_as=first) == first
        for _ in range(9):
            assert archive.append(again, {}, same_as=first) == first, "in later files too"
    response, *revisits = (r for path in sorted(tmp_path.iterdir()) for r in records(path) if r[0][:2] == "re")
    assert len(revisits) == 10
    for kind, headers, body in revisits:
        assert (kind, body) == ("revisit", b"")
        assert headers["WARC-Payload-Digest"] == response[1]["WARC-Payload-Digest"]
        assert headers["WARC-Refers-To-Target-URI"] == "https://tinh.example/tin/1"
        assert headers["WARC-Refers-To-Date"] == "2026-11-25T01:02:03Z"
        assert headers["WARC-Profile"].endswith("1.1/revisit/identical-payload-digest")


def test_another_payload_is_kept_whatever_the_caller_says(tmp_path: Path) -> None:
    with Archive(tmp_path, "r1") as archive:
        first = archive.append(exchange(body=b"a"), {})
        no_response = Position(first.file, 0, 1)
        for same_as in (first, Position("gone", 0, 9), Position(first.file, 10**9, 9), no_response):
            assert archive.append(exchange(), {}, same_as=same_as).offset > first.offset, same_as
    assert [kind for kind, _, _ in records(tmp_path / first.file)].count("response") == 5


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        (((b"Content-Length", b"4"),), b"Content-Length: 4\r\n"),
        (((b"Transfer-Encoding", b"chunked"),), b"X-Archive-Orig-Transfer-Encoding: chunked\r\nContent-Length: 4\r\n"),
        (((b"content-length", b"9"),), b"X-Archive-Orig-content-length: 9\r\nContent-Length: 4\r\n"),
        (((b"Content-Length", b"4"),) * 2, b"Content-Length: 4\r\nX-Archive-Orig-Content-Length: 4\r\n"),
        (((b"X-T\xc3\xaan", b"\xe1\xbb\x89\xff"),), b"X-T\xc3\xaan: \xe1\xbb\x89\xff\r\nContent-Length: 4\r\n"),
        (((b"X", b"a\r\nInjected: b\n c"),), b"X: a Injected: b  c\r\nContent-Length: 4\r\n"),
        ((), b"Content-Length: 4\r\n"),
    ],
)
def test_the_head_says_how_the_body_is_framed_now(headers: tuple[tuple[bytes, bytes], ...], shown: bytes) -> None:
    assert http_head(exchange(headers=headers, body=b"body")) == b"HTTP/1.1 200 OK\r\n" + shown + b"\r\n"


@pytest.mark.parametrize(
    ("version", "reason", "line"),
    [
        ("1.1", "OK", b"HTTP/1.1 200 OK"),
        ("HTTP/1.0", "", b"HTTP/1.0 200"),
        ("HTTP/1.1", "Đã\r\ntới", b"HTTP/1.1 200 ?\xe3 t?i"),
    ],
)
def test_status_lines(version: str, reason: str, line: bytes) -> None:
    assert http_head(exchange(http_version=version, reason=reason)).split(b"\r\n")[0] == line


def test_files_roll(tmp_path: Path) -> None:
    with Archive(tmp_path, "r1", roll_at=3000) as archive:
        positions = [archive.append(exchange(body=os.urandom(800)), {}) for _ in range(8)]
        assert is_alive(tmp_path / archive.owner), "the first file proves life while later ones grow"
    files = sorted({position.file for position in positions})
    assert len(files) > 1
    assert positions[0].file == archive.owner
    for name in files:
        assert (tmp_path / name).stat().st_size < 3000 + 2000
        assert sum(kind == "response" for kind, _, _ in records(tmp_path / name)) == sum(
            position.file == name for position in positions
        )


def test_a_file_without_an_exchange_is_removed(tmp_path: Path) -> None:
    Archive(tmp_path, "r1").close()
    assert list(tmp_path.iterdir()) == []


def test_a_name_in_use_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / f"r1-{os.getpid()}-1.warc.gz").touch()
    with Archive(tmp_path, "r1") as archive:
        assert archive.owner == f"r1-{os.getpid()}-2.warc.gz"


def sleeper(ready: Any) -> None:
    ready.set()
    time.sleep(60)


def test_spawned_children_do_not_prove_life(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "r1")
    archive.append(exchange(), {})
    path = tmp_path / archive.owner
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    worker = context.Process(target=sleeper, args=(ready,), daemon=True)
    worker.start()
    program = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], close_fds=False)
    try:
        assert ready.wait(30)
        assert is_alive(path)
        assert take_over(path, 0) is None
        archive.close()
        assert not is_alive(path)
        assert take_over(path, 0) == Repaired(path.name)
    finally:
        worker.kill()
        worker.join()
        worker.close()
        program.kill()
        program.wait()


WRITER = """
import sys
from pathlib import Path
from crawler.archive import Archive
from archive_samples import exchange
archive = Archive(Path(sys.argv[1]), "killed")
n = 0
while True:
    position = archive.append(exchange(url=f"https://tinh.example/{n}"), {})
    archive.sync()
    print(position.file, position.offset, position.length, flush=True)
    n += 1
"""


@pytest.mark.parametrize("after", [1, 17, 60])
def test_a_killed_writer_loses_nothing_it_had_synced(tmp_path: Path, after: int) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, tmp_path], cwd=HERE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        told = [run.stdout.readline() for _ in range(after)]
        assert is_alive(tmp_path / told[0].split()[0])
        run.send_signal(signal.SIGKILL)
        told += run.stdout.readlines()
    file, offset, length = told[-1].split() if told[-1].endswith("\n") else told[-2].split()
    position = Position(file, int(offset), int(length))
    repaired = take_over(tmp_path / file, end_of(position))
    assert repaired is not None
    assert repaired.missing == 0
    assert sum(kind == "response" for kind, _, _ in records(tmp_path / file)) in (len(told), len(told) + 1)


def test_every_cut_of_the_last_exchange_is_repaired(tmp_path: Path) -> None:
    with Archive(tmp_path, "r1") as archive:
        first, last = (archive.append(exchange(url=f"https://tinh.example/{n}"), {}) for n in range(2))
    path = tmp_path / last.file
    data = path.read_bytes()
    for known_end in (end_of(first), 0):
        for size in range(end_of(first), end_of(last) + 1):
            end = end_of(last) if size == end_of(last) else end_of(first)
            assert whole_end(read_records(BytesIO(data[:size]), known_end), known_end) == end, (known_end, size)
            if size % 40 == 0 or size >= end_of(last) - 1:  # each repair waits for the disk
                path.write_bytes(data[:size])
                assert take_over(path, known_end) == Repaired(path.name, cut=size - end), (known_end, size)
                assert path.read_bytes() == data[:end], (known_end, size)


@pytest.mark.parametrize("tail", [b"\0" * 5000, b"\x1f\x8b\x08", b"junk", bytes(range(256)) * 300], ids=len)
def test_a_tail_that_is_no_record_is_cut(tmp_path: Path, tail: bytes) -> None:
    with Archive(tmp_path, "r1") as archive:
        position = archive.append(exchange(), {})
    path = tmp_path / position.file
    data = path.read_bytes()
    path.write_bytes(data + tail)
    assert take_over(path, 0) == Repaired(path.name, cut=len(tail))
    assert path.read_bytes() == data


def test_a_file_shorter_than_the_database_knows_is_said(tmp_path: Path) -> None:
    with Archive(tmp_path, "r1") as archive:
        position = archive.append(exchange(), {})
    path = tmp_path / position.file
    assert take_over(path, end_of(position) + 7) == Repaired(path.name, missing=7)
    path.unlink()
    assert take_over(path, end_of(position)) == Repaired(path.name, missing=end_of(position))
    assert not is_alive(path)


def test_a_full_disk_leaves_whole_records(tmp_path: Path) -> None:
    """A limit on file size stands for a full disk: the first write over it is short, the next one fails."""
    code = (
        "import resource, signal, sys, os\nfrom pathlib import Path\nfrom crawler.archive import Archive\n"
        "from pipelines.errors import StorageError\nfrom archive_samples import exchange\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "archive = Archive(Path(sys.argv[1]), 'full')\narchive.append(exchange(), {})\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "try:\n    archive.append(exchange(body=os.urandom(9000)), {})\nexcept StorageError as error:\n"
        "    print(error)\n"
        "archive.append(exchange(), {})\narchive.close()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, tmp_path], cwd=HERE, capture_output=True, text=True, check=True, timeout=60
    )
    assert "cannot write the archive" in ran.stdout
    (path,) = tmp_path.iterdir()
    assert [kind for kind, _, _ in records(path)] == ["warcinfo", *["response", "metadata"] * 2]


def test_a_folder_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StorageError, match="cannot write the archive"):
            Archive(folder, "r1")


def test_warcio_check_passes(tmp_path: Path) -> None:
    with Archive(tmp_path, "r1") as archive:
        archive.append(exchange(), {})
        archive.append(exchange(body=b""), {})
        position = archive.append(exchange(), {})
        archive.append(exchange(), {}, same_as=position)
    ran = subprocess.run(
        [Path(sys.executable).parent / "warcio", "check", "-v", tmp_path / position.file],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("digest pass") == 8, ran.stdout
