"""The portal's own settings, changed only where a test run must differ.

Loaded after tests/conftest.py has cleaned the environment. Live portals run on governance.settings itself.
"""

from governance.settings import *  # noqa: F403
from governance.settings import DATA_DIR, DATABASES, MIDDLEWARE

# People are made by the hundred; Argon2 is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# One approved action in a hundred would write a row more, and which one depends on the tests before. Tests of samples
# draw their own.
SAMPLE_ONE_IN = 0

# A tenth of the suite's work was finding the same files for every test client.
_STATIC = {"whitenoise.middleware.WhiteNoiseMiddleware": "tests.support.static_once.StaticOnce"}
MIDDLEWARE = [_STATIC.get(name, name) for name in MIDDLEWARE]

if DATABASES["default"]["ENGINE"] == "governance.sqlite":
    # A file, not memory: threads and the writers' lock need the real thing.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
