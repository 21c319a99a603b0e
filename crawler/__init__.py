"""How a page gets here: catalogue, frontier, download, archive. Scrapy lives in this package."""
