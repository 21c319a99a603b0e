"""What a page says, and how that is kept: pure functions on plain data, no network, no Scrapy."""
