"""Runs the core's examples against the sandbox. KOODRIVE_EXAMPLES names the folder of their programs."""

import os
import subprocess
from pathlib import Path

import pytest
from running import Sandbox

PROGRAMS = Path(os.environ["KOODRIVE_EXAMPLES"])
ROWS = 60

#: The answers of the sandbox to the first requests. It acts on the two whose connection it cuts, and on no other that fails.
FAULTS = [
    "pass",
    "429",
    "cut",
    '{"status": 503, "retryAfter": 1}',
    "pass",
    "cut-in-headers",
    "502",
    '{"status": 200, "body": "<html>"}',
]
#: The row, after these faults, with a package that the sandbox does not know.
REFUSED_ROW = 50


def run(sandbox, example, *arguments, **options):
    return subprocess.run([PROGRAMS / example, *arguments], env=sandbox.environment, capture_output=True, text=True, **options)


@pytest.mark.parametrize("example", ["ureq", "reqwest"])
def test_an_example_makes_the_safe_call_and_delivers_one_notification(example):
    with Sandbox() as sandbox:
        ended = run(sandbox, example, "189642158555241211", "14")
        assert ended.returncode == 0 and "code 0, msg Success." in ended.stdout, ended.stdout + ended.stderr
        assert len(sandbox.accepted()) == 1


def test_the_dispatcher_gives_each_row_one_outcome_and_the_sandbox_agrees():
    faults = [word for fault in FAULTS for word in ("--fault", fault)]
    rows = "".join(f"1896421585552{row:05},{15 if row == REFUSED_ROW else 14}\n" for row in range(1, ROWS + 1))
    with Sandbox("--package-id", "14", "--echo-trace-id", *faults) as sandbox:
        ended = run(sandbox, "dispatch", "rate=200", "concurrency=4", "backoff=0.1", input=rows)
        accepted = sandbox.accepted()
    lines = ended.stdout.splitlines()
    seen = {name: sum(f": {name} after " in line for line in lines) for name in ["delivered", "refused", "unknown"]}
    # Unknown are both cuts, the 502 and the page at 200.
    assert seen == {"delivered": ROWS - 5, "refused": 1, "unknown": 4}, ended.stdout + ended.stderr
    assert (len(lines), ended.returncode) == (ROWS, 1)
    # Accepted are the delivered ones and both cuts.
    assert len(accepted) == ROWS - 3
