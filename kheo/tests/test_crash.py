"""Processes killed under load, for a moment: nothing that was acknowledged is lost or doubled.

On PostgreSQL only, and so once: script/bench crash does the same for a thousand envelopes each.
"""

import json

import pytest
from django.db import connection

from kheo.bench import crash
from kheo.bench._served import served


@pytest.mark.skipif(connection.vendor != "postgresql", reason="it kills backends of PostgreSQL")
def test_what_was_acknowledged_outlives_the_processes():
    with served() as server:
        phones = json.loads(server.kheo("-m", "kheo.bench._ground", "6", "3"))
        for victims in ("server", "database"):
            told = crash.under_fire(server, phones, 24, victims, every=2.0)
            assert len(told["acknowledged"]) >= 24
            assert crash.lost_and_doubled(server, told["acknowledged"]) == (0, 0)
        _seconds, answers = crash.restarted(server, phones)
        assert set(answers) == {"200"}, answers
