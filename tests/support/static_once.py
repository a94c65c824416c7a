"""Static files, looked for once in each process.

Django's test client builds the middleware anew for every browser a test opens, and WhiteNoise then reads the
directories of every installed package. A portal does so once, when it starts.
"""

from __future__ import annotations

from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class StaticOnce(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise with the files that the first of its kind has found."""

    _found: dict[str, StaticFile] = {}

    def add_files_from_finders(self) -> None:
        if not self._found:
            before = set(self.files)
            super().add_files_from_finders()
            self._found.update({url: file for url, file in self.files.items() if url not in before})
        self.files.update(self._found)
