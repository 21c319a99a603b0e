"""Scrapy's settings, each with its reason. Where danchieu does a thing itself, Scrapy's own way of it is off."""

from __future__ import annotations

import os
from importlib.metadata import version

BOT_NAME = "danchieu"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

DANCHIEU_CONTACT = os.environ.get("DANCHIEU_CONTACT", "")  # sites must be able to reach whoever crawls them
USER_AGENT = f"danchieu/{version('danchieu')} (+{DANCHIEU_CONTACT or 'no contact set'})"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.5",
    "Accept-Encoding": "gzip, deflate, br",  # what crawler/content.py undoes
}

SCHEDULER = "crawler.scheduler.LeaseScheduler"  # the frontier in SQLite, which kill -9 cannot hurt
ITEM_PIPELINES = {"pipelines.items.Understanding": 100}
CONCURRENT_ITEMS = 1  # one visit a response; the default makes a hundred tasks of it
DOWNLOAD_HANDLERS = {"http": "crawler.tls.handler.LadderHandler", "https": "crawler.tls.handler.LadderHandler"}
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.robots.Robots": 100,
    "crawler.middlewares.probing.Probe": 200,
    "crawler.middlewares.cookies.Cookies": 700,
    "crawler.middlewares.pace.Pace": 900,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # Site.owns decides
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # archived as received
}
SPIDER_MIDDLEWARES = {
    # Callbacks get every answer and return one visit: nothing may swallow a 404 or drop a page.
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
WARN_ON_GENERATOR_RETURN_VALUE = False  # callbacks return lists

RETRY_ENABLED = False  # back-off is the frontier's
REDIRECT_ENABLED = False  # a redirect settles its row and adds the target
METAREFRESH_ENABLED = False  # a refresh to itself must not lose the page
ROBOTSTXT_OBEY = False  # crawler/middlewares/robots.py obeys, and defers a host that cannot be asked
HTTPCACHE_ENABLED = False
COOKIES_ENABLED = (
    False  # crawler/middlewares/cookies.py: some portals redirect to themselves until their cookie comes back
)
DOWNLOAD_DELAY = 0  # the pace is in the leases: a request queued in Scrapy's slot is a lease that ages unseen
AUTOTHROTTLE_ENABLED = False
CONCURRENT_REQUESTS = 200  # crawler/scheduler.py bounds them
CONCURRENT_REQUESTS_PER_DOMAIN = 2
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0

TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
LOG_LEVEL = "WARNING"  # what a run does is shown by its progress and kept in the database
