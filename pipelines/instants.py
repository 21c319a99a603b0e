"""Instants as the database writes them: ``YYYY-MM-DDTHH:MM:SSZ``."""

from __future__ import annotations

import time


def instant(epoch: float) -> str:
    """Epoch seconds as an instant, whole seconds, UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))
