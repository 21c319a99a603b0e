"""The clock of a run: it begins at the system's time and then goes by the seconds that pass.

The system's clock is set while a run goes on, by a day when it was wrong at boot; time slots and leases must not be.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SteadyClock:
    """Epoch seconds, by a clock that nobody sets."""

    began: float = field(default_factory=time.time)
    _origin: float = field(default_factory=time.monotonic)

    def __call__(self) -> float:
        """The time now."""
        return self.began + time.monotonic() - self._origin
