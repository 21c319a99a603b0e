"""Saved pages: which file is one, the address it gives, folders of anything, and the sentence for what is no page."""

from __future__ import annotations

import gzip
import io
import os
import threading
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_samples import exchange, records
from crawler.archive import Archive, Repaired, take_over
from crawler.archive.files import is_archive, page_of_bytes, read_page, read_path, saved_address
from crawler.archive.pages import ArchivedPage, Problem
from crawler.archive.read import exchange_of, read_at
from pipelines.errors import InputError

PAGE = "<!DOCTYPE html><html><head><title>Nghị quyết</title></head><body><p>Nghị quyết số 57-NQ/TW</p></body></html>"


def saved(folder: Path, name: str, data: str | bytes = PAGE) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


CANONICAL = '<link rel="canonical" href="https://bao.example/tin-post1.html">'
OG = '<meta property="og:url" content="https://bao.example/og-post2.html"/>'
ADDRESSES = [
    (CANONICAL, "https://bao.example/tin-post1.html"),
    (OG, "https://bao.example/og-post2.html"),
    (OG + CANONICAL, "https://bao.example/tin-post1.html"),
    ('<LINK HREF=https://bao.example/a REL="x Canonical">', "https://bao.example/a"),
    ('<meta name="OG:URL" content=" https://bao.example/a ">', "https://bao.example/a"),
    ('<link rel="canonical" href="https://bao.example/a?id=1&amp;x=2">', "https://bao.example/a?id=1&x=2"),
    ('<link rel="canonical" href="">' + OG, "https://bao.example/og-post2.html"),
    ('<link rel="canonical" href="https://bao.example/">' + OG, "https://bao.example/og-post2.html"),
    ('<link rel="canonical" href="https://bao.example/">', "https://bao.example/"),
    ('<link rel="canonical" href="/a/b">' + OG, "https://bao.example/a/b"),
    ('<base href="https://bao.example/c/"><link rel="canonical" href="d">', "https://bao.example/c/d"),
    ('<link rel="canonical" href="/a/b">', None),
    ('<link rel="canonical" href="javascript:alert(1)">', None),
    ('<link rel="canonical" href="file:///etc/passwd">', None),
    ('<link rel="canonical" href="http://[">', None),
    ('<link rel="alternate" href="https://bao.example/a">', None),
    ("<link rel=canonical><meta property=og:url>", None),
    ("<!-- saved from url=(0027)https://bao.example/tin/1 -->", "https://bao.example/tin/1"),
    ("<!--saved from url=(0027)https://bao.example/tin/1-->", "https://bao.example/tin/1"),
    ("<!-- saved from url=(0014)about:internet -->", None),
    ("<!--\n Page saved with SingleFile \n url: https://bao.example/2 \n saved date: x\n-->", "https://bao.example/2"),
    ("<!-- saved from url=(0027)https://bao.example/tin/1 -->" + CANONICAL, "https://bao.example/tin-post1.html"),
    ("", None),
]


@pytest.mark.parametrize(("head", "address"), ADDRESSES)
def test_the_address_of_a_saved_page(head: str, address: str | None, tmp_path: Path) -> None:
    text = f"<html><head>{head}</head><body><p>x</p></body></html>"
    path = saved(tmp_path, "trang đã lưu.html", text)
    assert read_page(path).page.url == (address or path.as_uri()), text


def test_a_saved_page_was_fetched_when_it_was_written(tmp_path: Path) -> None:
    page = read_page(saved(tmp_path, "a.html"))
    assert page.page.body == PAGE.encode()
    assert page.page.fetched_at == page.fetch.fetched_at == "2023-11-14T22:13:20Z"
    assert (page.page.status, page.fetch.url, page.file) == (200, page.page.url, "a.html")


TAKEN = {
    "utf-8": PAGE.encode(),
    "bom": b"\xef\xbb\xbf" + PAGE.encode(),
    "utf-16": PAGE.encode("utf-16"),
    "cp1258": "<html><body><p>Ban hành kèm theo công van</p></body></html>".encode("cp1258"),
    "gzip": gzip.compress(PAGE.encode()),
    "fragment": b"<p>Quy ch\xe1\xba\xbf</p>",
    "xhtml": b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x" "y">\n<html xmlns="http://www.w3.org/1999/xhtml"><p/></html>',
    "words before": b"Warning: mysql_connect()\n<html><p>x</p></html>",
    "upper case": b"<HTML><BODY>x</BODY></HTML>",
}


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.parametrize("suffix", [".html", ".htm", ".aspx", ".html.gz", ".txt", ""])
def test_a_named_page_is_always_taken(name: str, suffix: str, tmp_path: Path) -> None:
    (item,) = read_path(saved(tmp_path, f"page{suffix}", TAKEN[name]))
    assert isinstance(item, ArchivedPage)


REFUSED = {
    "nothing": (b"", "is empty .0 bytes.: save"),
    "pdf": (b"%PDF-1.7 <html>", "PDF"),
    "image": (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "image"),
    "binary": (bytes(range(256)) * 20, "binary"),
    "plain text": (b"Ngh quyt\n" * 9, "is not HTML"),
    "json": (b'{"html": "<p>x</p>"}', "is not HTML"),
    "rss": (b'<?xml version="1.0"?><rss><channel><title>x</title></channel></rss>', "is not HTML"),
    "svg": (b"<svg><title>x</title></svg>", "is not HTML"),
    "csv": (b"a,b\n1,2 < 3\n", "is not HTML"),
    "too large": (PAGE.encode() + b" " * 2**24, "over 16 MiB"),
    "bomb": (gzip.compress(PAGE.encode() + b" " * 2**24), "over 16 MiB"),
    "cut gzip": (gzip.compress(PAGE.encode())[:-20], "cut or damaged: copy it again"),
    "gzip without its sum": (gzip.compress(PAGE.encode())[:-1], "cut or damaged"),
    "gzip of nothing": (gzip.compress(b""), "empty"),
    "gzip of a pdf": (gzip.compress(b"%PDF-1.4"), "PDF"),
    "gzip magic": (b"\x1f\x8b\x08", "cut or damaged"),
    "docx": (b"PK\3\4" + b"\0" * 99, "no WARC or WACZ"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_page_gets_one_sentence(name: str, tmp_path: Path) -> None:
    data, message = REFUSED[name]
    path = saved(tmp_path, "page.html", data)
    with pytest.raises(InputError, match=message) as raised:
        list(read_path(path))
    assert "\n" not in str(raised.value)
    assert str(path) in str(raised.value)


def test_missing_files_are_input_errors(tmp_path: Path) -> None:
    for name in ("gone.html", "gone", "gone.warc.gz"):
        with pytest.raises(InputError, match="there is no file"):
            list(read_path(tmp_path / name))


def test_archives_are_known_by_name_or_content(tmp_path: Path) -> None:
    with Archive(tmp_path / "a", "r1") as archive:
        position = archive.append(exchange(), {})
    data = (tmp_path / "a" / position.file).read_bytes()
    pack = io.BytesIO()
    with zipfile.ZipFile(pack, "w") as writer:
        writer.writestr("archive/a.warc.gz", data)
    for name, content in {
        "x": data,
        "y": gzip.decompress(data),
        "z": pack.getvalue(),
        "w.WACZ": pack.getvalue(),
    }.items():
        path = saved(tmp_path, name, content)
        assert is_archive(path), name
        assert [item.page.url for item in read_path(path) if isinstance(item, ArchivedPage)] == [exchange().url], name
    assert not is_archive(saved(tmp_path, "a.html"))
    assert not is_archive(saved(tmp_path, "a.html.gz", gzip.compress(PAGE.encode())))


def test_a_folder_gives_its_pages_and_archives(tmp_path: Path) -> None:
    saved(tmp_path, "b/1.html")
    saved(tmp_path, "b/2.aspx", PAGE)
    saved(tmp_path, "b/index", PAGE)
    saved(tmp_path, "b/1_files/frame.html")
    saved(tmp_path, "b/1_files/style.css", "p { }")
    saved(tmp_path, "b/other_files/3.html")
    saved(tmp_path, "b/note.txt", "một ghi chú <p>")
    saved(tmp_path, "b/.hidden.html")
    saved(tmp_path, ".git/x.html")
    saved(tmp_path, "a/empty.html", "")
    saved(tmp_path, "a/cut.htm.gz", gzip.compress(PAGE.encode())[:-9])
    with Archive(tmp_path / "c", "r1") as archive:
        position = archive.append(exchange(), {})
    saved(tmp_path, "c/broken.warc", "hello")
    items = list(read_path(tmp_path))
    assert [item.file for item in items if isinstance(item, ArchivedPage)] == [
        "b/1.html",
        "b/2.aspx",
        "b/index",
        "b/other_files/3.html",
        f"c/{position.file}",
    ]
    told = [(item.kind, item.file) for item in items if isinstance(item, Problem)]
    assert told == [("unreadable", "a/cut.htm.gz"), ("unreadable", "a/empty.html"), ("unreadable", "c/broken.warc")]


@pytest.mark.parametrize("files", [{}, {"a.txt": "x"}, {"a.html": ""}, {"a_files/x.css": "p"}, {".x.html": PAGE}])
def test_a_folder_without_pages_is_an_input_error(files: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in files.items():
        saved(folder, name, data)
    with pytest.raises(InputError, match="holds no page: give a folder with"):
        list(read_path(folder))


def test_a_folder_that_points_into_itself_ends(tmp_path: Path) -> None:
    saved(tmp_path, "a.html")
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "nowhere.html").symlink_to(tmp_path / "gone")
    assert [item.file for item in read_path(tmp_path)] == ["a.html"]


def test_names_that_are_no_utf8_can_be_told(tmp_path: Path) -> None:
    for name, data in {b"trang-\xe0.html": PAGE.encode(), b"\xff.warc": b"x", b"\xfe.html": b""}.items():
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(data)
    page, *problems = read_path(tmp_path)
    assert page.file == "trang-\ufffd.html"
    assert isinstance(page, ArchivedPage)
    assert page.page.url.endswith("/trang-%E0.html")
    assert len(problems) == 2
    for problem in problems:
        assert isinstance(problem, Problem)
        assert problem.message.encode()


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(PAGE.encode(),), daemon=True)
    writer.start()
    (item,) = read_path(tmp_path / "pipe")
    assert isinstance(item, ArchivedPage)
    assert item.page.body == PAGE.encode()


def test_a_saved_page_can_be_archived_and_read_again(tmp_path: Path) -> None:
    (item,) = read_path(saved(tmp_path, "tin 1.html", PAGE.encode("utf-16")))
    assert isinstance(item, ArchivedPage)
    with Archive(tmp_path / "archive", "r1") as archive:
        position = archive.append(exchange_of(item), {"site": "tinh"})
        archive.append(exchange_of(item), {}, same_as=position)
    path = tmp_path / "archive" / position.file
    again = read_at(tmp_path / "archive", position.file, position.offset)
    assert (again.page.url, again.page.body, again.page.fetched_at) == (
        item.page.url,
        item.page.body,
        item.page.fetched_at,
    )
    assert [page.page.body for page in read_path(path) if isinstance(page, ArchivedPage)] == [item.page.body] * 2
    assert [kind for kind, _, _ in records(path)] == ["warcinfo", *["resource", "metadata"] * 2]
    assert take_over(path, 0) == Repaired(path.name)


def test_an_archive_is_no_page(tmp_path: Path) -> None:
    with Archive(tmp_path, "r1") as archive:
        position = archive.append(exchange(), {})
    with pytest.raises(InputError, match="is a web archive"):
        read_page(tmp_path / position.file)


def test_standard_input_is_named_in_the_error() -> None:
    assert page_of_bytes(PAGE.encode(), "standard input", address="file:///dev/stdin").url == "file:///dev/stdin"
    with pytest.raises(InputError, match=r"^standard input is empty"):
        page_of_bytes(b"", "standard input", address="file:///dev/stdin")


@settings(deadline=None)
@given(st.binary(max_size=500))
def test_any_bytes_are_a_page_or_an_input_error(data: bytes) -> None:
    for body in (data, b"<html>" + data, gzip.compress(data)):
        with suppress(InputError):
            assert page_of_bytes(body, "x", address="file:///x").status == 200


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_an_address_or_none(text: str) -> None:
    saved_address(f'<link rel="canonical" href="{text}"><base href="{text}"><!-- saved from url=(1){text} -->')
