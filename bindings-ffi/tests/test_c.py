"""The header, the C library, and the example, as programs in C and C++."""

import json
import subprocess
from pathlib import Path

import pytest
from compiler import compiled, need, need_libcurl
from running import Sandbox

TESTS = Path(__file__).resolve().parent
EXAMPLE = TESTS.parent / "examples/notify.c"
DELIVERED = "code 0, msg Success."


@pytest.fixture
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


def test_the_header_is_cpp_too(tmp_path):
    need("c++")
    subprocess.run([compiled(tmp_path / "header", TESTS / "header.cpp", "-std=c++11", compiler="c++")], check=True)


def test_threads_share_a_client_and_the_memory_stays_flat(tmp_path):
    need("cc")
    soak = compiled(tmp_path / "soak", TESTS / "soak.c", "-std=c11", "-O2")
    subprocess.run([soak, "64", "1000000"], check=True)


def test_the_benchmark_signs_requests(tmp_path):
    need("cc")
    source = TESTS.parent.parent / "tests/bench/c/signed.c"
    printed = subprocess.run([compiled(tmp_path / "signed", source, "-O2")], check=True, capture_output=True, text=True).stdout
    row = json.loads(printed)
    assert (row["operation"], row["peer"], row["unit"]) == ("C, signed request", "koodrive", "ns")
    assert row["value"] > 0


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory):
    need_libcurl()
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    return compiled(tmp_path_factory.mktemp("sanitized") / "notify", EXAMPLE, "-std=c11", "-g", *sanitizers, "-lcurl")


def test_the_example_delivers_one_call_under_sanitizers(sanitized, sandbox):
    assert DELIVERED in notify(sandbox, sanitized).stdout
    assert len(sandbox.accepted()) == 1


def test_the_example_tells_of_a_wrong_secret_under_sanitizers(sanitized, sandbox):
    refused = notify(sandbox, sanitized, KOODRIVE_APP_SECRET="another", status=1)
    assert "HTTP 401" in refused.stderr
    assert sandbox.accepted() == []


def test_the_example_delivers_one_call_under_valgrind(tmp_path, sandbox):
    need_libcurl()
    need("valgrind")
    example = compiled(tmp_path / "notify", EXAMPLE, "-std=c11", "-g", "-lcurl")
    valgrind = ["valgrind", "--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite", "--error-exitcode=9"]
    assert DELIVERED in notify(sandbox, *valgrind, example).stdout
    assert len(sandbox.accepted()) == 1


def notify(sandbox, *program, status=0, **settings):
    """Runs the example with a carrier's user and a package."""
    command = [*program, "189642158555241211", "14"]
    ended = subprocess.run(command, env=sandbox.environment | settings, capture_output=True, text=True)
    assert ended.returncode == status, ended.stdout + ended.stderr
    return ended
