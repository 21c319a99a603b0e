"""Between Scrapy and the wire: what every request passes, in the order that ``crawler/settings.py`` gives."""
