"""A crawl whose understanding misbehaves on some pages; run as a program by test_bad_pages."""

from __future__ import annotations

import os
import sys
import time

import crawler.desk
from crawler.progress import PlainProgress
from crawler.verbs.run import run_crawl
from crawler.visit import Understanding
from crawler.work import Task, work


def misbehave(task: Task) -> Understanding:
    """What the page's number says: 3 hangs, 5 kills its worker, 7 raises."""
    number = task.page.url.partition("-post")[2].partition(".")[0]
    if number == "3":
        time.sleep(600)
    if number == "5":
        os._exit(9)
    if number == "7":
        raise ValueError("a page nobody thought of")
    return work(task)


if __name__ == "__main__":
    crawler.desk.work = misbehave
    settings = {"DANCHIEU_DB": sys.argv[1], "DANCHIEU_SITES": sys.argv[2], "DANCHIEU_PAGE_SECONDS": 3}
    sys.exit(run_crawl(settings, PlainProgress()).exit_code)
