"""The command as people use and misuse it: help, one clear sentence, the documented exit code, nothing lost."""

from __future__ import annotations

import gzip
import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from conftest import Run
from crawler.cli import danchieu
from pipelines.errors import StorageError
from pipelines.files import text_destination

PAGE = (
    "<!doctype html><html><head><title>Tin</title></head><body><h1>Hội nghị phổ biến quy định mới</h1>"
    "<p>Ban Thường vụ Tỉnh ủy Gia Lai phổ biến Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị.</p>"
    "</body></html>"
)


def commands(group: click.Group, path: str = "danchieu") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


@pytest.mark.parametrize(("path", "command"), list(commands(danchieu)), ids=lambda value: str(value))
def test_every_command_has_help_and_an_example(path: str, command: click.Command) -> None:
    assert command.help, path
    assert (command.epilog or "").startswith("Example: "), path
    assert path in (command.epilog or ""), f"the example of {path} does not use it: {command.epilog}"


def test_the_command_starts_light(run: Run) -> None:
    code = "import sys, crawler.cli; print([m for m in ('scrapy', 'trafilatura', 'underthesea') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A folder of inputs that are not what they should be."""
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "pdf.html").write_bytes(b"%PDF-1.7 \x00\x01\x02")
    (tmp_path / "json.html").write_text('{"a": 1}')
    (tmp_path / "big.html").write_bytes(b"<html>" + b"a" * (16 * 2**20))
    (tmp_path / "cut.html.gz").write_bytes(gzip.compress(PAGE.encode())[:-20])
    (tmp_path / "none").mkdir()
    (tmp_path / "plain.txt").write_text("a")
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "bad.toml").write_text('[[site]]\nid = "x"\ndomains = ["x.example"]\nstart = ["https://x.example/"]\n')
    (tmp_path / "key.toml").write_text('[[site]]\nid = "x"\ncolour = "red"\n')
    return tmp_path


SENTENCES = [
    ("extract empty.html", 2, "empty"),
    ("extract pdf.html", 2, "PDF"),
    ("extract json.html", 2, "not HTML"),
    ("extract big.html", 2, "16 MiB"),
    ("extract cut.html.gz", 2, "cut"),
    ("extract missing.html", 2, "check its name"),
    ("import empty.html --db x.db", 2, "empty"),
    ("import none --db x.db", 2, "holds no page"),
    ("import missing.warc.gz --db x.db", 2, "check its name"),
    ("references missing.txt", 2, "check its name"),
    ("references bad.toml --published yesterday", 2, "YYYY-MM-DD"),
    ("references bad.toml --published 2024-02-30", 2, "'2024-02-30' is no day"),
    ("references bad.toml --province atlantis", 2, "no unit 'atlantis'"),
    ("references plain.txt --json --lines", 2, "give one"),
    ("references plain.txt --jsonl --lines", 2, "give one"),
    ("references ''", 2, "an empty name: name a file"),
    ("import '' --db x.db", 2, "an empty name: name a file"),
    ("export csv -o '' --db x.db", 2, "an empty name: name a file"),
    ("status --db ''", 2, "an empty name: name a file"),
    (f"extract {'a' * 300}", 2, "too long"),
    (f"import {'a' * 300} --db x.db", 2, "too long"),
    (f"status --db {'a' * 300}", 2, "too long"),
    ("crawl --sites bad.toml --db x.db", 2, "bad.toml"),
    ("crawl --sites key.toml --db x.db", 2, "colour"),
    ("crawl baogialaj --db x.db", 2, "did you mean baogialai"),
    ("crawl baogialai --db x.db", 2, "DANCHIEU_CONTACT"),
    ("export csv --db x.db", 2, "does not exist"),
    ("status --db x.db", 2, "does not exist"),
    ("reprocess --db x.db", 2, "no archive"),
    ("browse --db x.db", 2, "does not exist"),
    ("import json.html --db empty.html/x.db", 2, "not HTML"),
    ("import - --db x.db", 2, "import takes files"),
    ("reprocess --db plain.txt", 4, "not a danchieu database"),
    ("extract none", 2, "give the folder to danchieu import"),
    ("extract page.html --url http://[x", 2, "'http://[x' is no web address"),
    ("extract page.html --url notaurl", 2, "'notaurl' is no web address"),
    ("references none", 2, "check its name"),
    ("schedule cron nosuch", 2, "no site or unit is called 'nosuch'"),
    ("schedule systemd baogialaj", 2, "did you mean baogialai"),
    ("schedule cron --sites bad.toml", 2, "bad.toml"),
    ("sites check --sites key.toml", 2, "colour"),
]


@pytest.mark.parametrize(("command", "code", "words"), SENTENCES, ids=[command[:60] for command, _, _ in SENTENCES])
def test_bad_input_gets_one_sentence(
    bad: Path, monkeypatch: pytest.MonkeyPatch, run: Run, run_inside: Run, command: str, code: int, words: str
) -> None:
    monkeypatch.chdir(bad)
    monkeypatch.delenv("DANCHIEU_CONTACT", raising=False)
    done = (run if command.startswith("crawl") else run_inside)(*shlex.split(command))
    assert done.returncode == code, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert words in done.stderr, f"{command}: {done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr
    assert not done.stdout, f"{command}: {done.stdout}"
    assert not (bad / "x.db").exists(), f"{command} left a database"


def test_a_disk_that_refuses_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    target = tmp_path / "file" / "x.csv"  # neither it nor what would be beside it can be made, or removed
    with pytest.raises(StorageError, match=r"x\.csv cannot be written"), text_destination(target):
        pass


def test_a_folder_that_cannot_be_written(tmp_path: Path, run: Run) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    (tmp_path / "file").write_text("")
    done = run("import", page, "--db", tmp_path / "file" / "x.db")
    assert done.returncode == 4, done.stderr
    assert "check" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken(demo_db: Path, run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("browse", "--db", demo_db, "--port", taken.getsockname()[1])
    assert (done.returncode, "in use" in done.stderr) == (2, True), done.stderr


def test_html_without_text_is_no_error(tmp_path: Path, run: Run) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html><body></body></html>")
    done = run("extract", page, "--json")
    assert (done.returncode, json.loads(done.stdout)["kind"]) == (0, "empty")


def test_a_person_sees_what_was_found_and_what_was_not(tmp_path: Path, run_inside: Run) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    shown = run_inside("extract", page, "--url", "https://baogialai.com.vn/tin-post1.html").stdout
    for words in (
        "url        https://baogialai.com.vn/tin-post1.html\n",
        "site       baogialai\n",
        "title      Hội nghị phổ biến quy định mới\n",
        "published  not found\n",
        "author     not found\n",
        "\n1 reference\n",
    ):
        assert words in shown, f"{words!r} is not in:\n{shown}"


def test_extract_reads_standard_input(run: Run) -> None:
    done = run("extract", "-", "--json", "--url", "https://baogialai.com.vn/tin-post1.html", stdin=PAGE)
    found = json.loads(done.stdout)
    assert found["url"] == "https://baogialai.com.vn/tin-post1.html"
    assert found["site"] == "baogialai"
    assert found["mentions"][0]["regulation"] == "vn/party/tw/quy-dinh/2023/96"
    for mention in found["mentions"]:
        assert found["text"][mention["start"] : mention["end"]] == mention["surface"]


REFERENCES = "Theo Quy định số 96-QĐ/TW, ngày 02 tháng 02 năm 2023 của Bộ Chính trị"


def test_references_in_every_form(run: Run) -> None:
    whole = json.loads(run("references", "-", "--json", stdin=REFERENCES).stdout)
    assert set(whole) >= {"text", "mentions", "regulations", "relations"}
    mention = whole["mentions"][0]
    assert (mention["surface"], mention["date"], mention["issuer"]) == (
        "Quy định số 96-QĐ/TW",
        "2023-02-02",
        "Bộ Chính trị",
    )
    lines = run("references", "-", "--lines", stdin=f"{REFERENCES}\n\nkhông có gì\n").stdout.splitlines()
    assert [len(json.loads(line)["mentions"]) for line in lines] == [1, 0, 0]
    record = json.dumps({"text": "Chỉ thị số 28-CT/TU", "published": "2022-06-01", "province": "gia-lai"})
    local = json.loads(run("references", "-", "--jsonl", stdin=record).stdout)["mentions"][0]
    assert (local["place"], local["place_by"]) == ("gia-lai", "site")
    assert "96-QĐ/TW" in run("references", "-", stdin=REFERENCES).stdout


BROKEN = [
    "nothing",
    "{}",
    '{"text": 1}',
    "[]",
    '"text"',
    "[" * 100_000,
    r'{"text": "\ud800"}',
    '{"text": "a", "published": 20240201}',
    '{"text": "a", "published": "2024-02-30"}',
    '{"text": "a", "province": ["gia-lai"]}',
    '{"text": "a", "province": "atlantis"}',
]


@pytest.mark.parametrize("line", BROKEN, ids=[line[:40] for line in BROKEN])
def test_a_broken_line_is_named(tmp_path: Path, run_inside: Run, line: str) -> None:
    (tmp_path / "lines").write_text(f'{{"text": "a"}}\n{line}\n')
    done = run_inside("references", tmp_path / "lines", "--jsonl")
    assert (done.returncode, "line 2" in done.stderr) == (2, True), done.stderr
    assert "unexpected" not in done.stderr, done.stderr
    assert len(done.stdout.splitlines()) == 1, "what came before is kept"


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("Chỉ thị số 28-CT/TU", [], "use --province"),
        ("Chỉ thị số 28-CT/TU", ["--province", "gia-lai"], "vn/party/tu@gia-lai"),
        ("Nghị quyết này", [], "unresolved\n"),
    ],
)
def test_a_person_is_told_what_a_local_reference_lacks(
    tmp_path: Path, run_inside: Run, text: str, options: list[str], words: str
) -> None:
    (tmp_path / "text").write_text(text)
    done = run_inside("references", tmp_path / "text", *options)
    assert words in done.stdout, done.stdout


def test_status_and_sites(demo_db: Path, run: Run) -> None:
    found = json.loads(run("status", "--json", "--db", demo_db).stdout)
    assert {site["site"]: site["verdict"] for site in found["sites"]} == dict.fromkeys(
        ("baomau", "congmau", "tinhuymau"), "ok"
    )
    assert sum(found["archive_growth"].values()) == found["archive_bytes"] > 0
    assert "tinhuymau" in run("status", "--db", demo_db).stdout
    listed = run("sites", "list", "gia-lai").stdout
    assert "baogialai" in listed
    assert run("sites", "check").returncode == 0


def test_output_that_is_cut_short_is_no_error(demo_db: Path) -> None:
    command = [sys.executable, "-m", "crawler", "export", "jsonl", "--db", str(demo_db)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.read(100)
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
    assert (process.returncode, "Traceback" in said) == (0, False), said


# What the shell does with the streams, the exit code, and what is said of it.
STREAMS = [
    (">/dev/full", 4, "cannot write the output"),
    (">/dev/full 2>&1", 4, ""),
    (">&-", 0, ""),
    ("<&-", 0, ""),
    (">&- 2>&- <&-", 0, ""),
    ("--published x 2>/dev/full", 2, ""),
    ("0>/dev/null", 2, "standard input cannot be read"),
]


@pytest.mark.parametrize(("how", "code", "words"), STREAMS, ids=[how for how, _, _ in STREAMS])
def test_streams_that_are_closed_or_full(how: str, code: int, words: str) -> None:
    command = f"{sys.executable} -m crawler references - {how}"
    done = subprocess.run(command, shell=True, input=REFERENCES.encode(), capture_output=True)
    said = done.stderr.decode()
    assert (done.returncode, "Exception" in said) == (code, False), said
    assert words in said, said


def test_output_is_utf_8_in_every_locale() -> None:
    poor = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "crawler", "references", "-"]
    done = subprocess.run(command, input=REFERENCES.encode(), capture_output=True, env=poor)
    assert "Quy định số 96-QĐ/TW" in done.stdout.decode(), done.stderr
