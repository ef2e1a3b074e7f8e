"""A year of a clock that drifts and jumps, through ``send`` and the sandbox, whose clock is right. core/tests/year has more."""

import importlib
import itertools
import time
import types

import koodrive
from koodrive.sandbox import Sandbox

DAY = 86_400.0
#: Where the clock stands after each jump, in seconds ahead of the truth; and for how many days.
JUMPS = (0.0, 0.2, 3.0, 1200.0, 0.0, -1200.0, 40_000.0, -40_000.0, 3.0)
DAYS = 40


def test_no_call_fails_and_only_a_jump_beyond_margin_or_window_is_signed_twice(call, monkeypatch):
    truth, ahead = 1_767_225_600.0, 0.0
    clock = types.SimpleNamespace(time=lambda: truth + ahead, monotonic=time.monotonic)
    monkeypatch.setattr(importlib.import_module("koodrive._send"), "time", clock)
    sandbox = Sandbox(now=lambda: truth)
    client = koodrive.Client.from_settings(sandbox.settings, **sandbox.credentials)
    attempts = []
    for jump, day in itertools.product(JUMPS, range(DAYS)):
        ahead = jump if day == 0 else ahead
        seen = []
        assert client.send(call, transport=sandbox, on_exchange=seen.append).code == "0"
        attempts.append(len(seen))
        # 10 ppm fast.
        truth += DAY
        ahead += 0.864
    # Before the others the clock was less than 5 seconds behind, or less than 15 minutes ahead.
    assert [at / DAYS for at, made in enumerate(attempts) if made == 2] == [3, 4, 5, 6, 7, 8]
    assert len(sandbox.accepted()) == len(attempts)
