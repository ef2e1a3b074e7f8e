"""The command line against the sandbox: what it prints, how it ends, and where secrets come from."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from koodrive.sandbox import Sandbox

from command import BARE, NOTIFY, SCRIPT, Done
from command import koodrive as run
from conftest import SECRET, TOKEN, TRACE_ID, USER_ID

APP_SECRET = "example-app-secret-not-real"
TOKEN_KNOWN = "example-token-not-real"


@pytest.fixture
def environ(koodrive_sandbox_server):
    return koodrive_sandbox_server.environ


def without(environ, *names):
    return {name: value for name, value in environ.items() if name not in names}


@pytest.mark.parametrize("program", [(SCRIPT,), (sys.executable, "-m", "koodrive")], ids=["script", "module"])
def test_a_notification(environ, koodrive_sandbox, program):
    done = run(*NOTIFY, "--trace-id", TRACE_ID, environ=environ, program=program)
    assert (done.code, done.stderr) == (0, "")
    assert done.stdout == f"code 0, msg Success., trace id {TRACE_ID}\n"
    (accepted,) = koodrive_sandbox.accepted()
    assert (accepted.carrier_user_id, accepted.package_id, accepted.type) == ("189642158555241211", "14", 2)
    assert accepted.trace_id == TRACE_ID


def test_a_notification_as_json(environ):
    done = run(*NOTIFY, "--json", "--trace-id", TRACE_ID, environ=environ)
    assert (done.code, done.stderr) == (0, "")
    assert done.json == {
        "ok": True,
        "exit_code": 0,
        "reply": {"code": "0", "msg": "Success.", "trace_id": TRACE_ID},
        "error": None,
    }


@pytest.mark.koodrive_sandbox(accepted_types=[1])
def test_an_undocumented_type_needs_its_own_argument(environ, koodrive_sandbox):
    assert run(*NOTIFY, "--undocumented-type", "1", environ=environ).code == 0
    assert koodrive_sandbox.accepted()[0].type == 1
    assert run(*NOTIFY, "--undocumented-type", "2", environ=environ).code == 2


ENDS = {
    # The sandbox's configuration; the exit code; kind, outcome and retryable of the error.
    "a wrong secret": ({"apps": {"example-app-id": "another-secret-not-real"}}, 3, ("api", "refused", False)),
    "not on the whitelist": ({"whitelist": []}, 3, ("api", "refused", False)),
    "too many": ({"faults": [{"status": 429, "retry_after": 3}]}, 3, ("api", "refused", True)),
    "a redirect": ({"faults": [302]}, 3, ("api", "refused", False)),
    "a failure": ({"faults": [500]}, 5, ("api", "unknown", False)),
    "no reply of this API": ({"faults": [{"status": 200, "body": "<html>"}]}, 5, ("unreadable_reply", "unknown", False)),
    "a cut": ({"faults": ["cut"]}, 5, ("outcome_unknown", "unknown", False)),
    "a cut within the headers": ({"faults": ["cut-in-headers"]}, 5, ("outcome_unknown", "unknown", False)),
    # Its time, 2 seconds, begins when the program has started.
    "no reply in time": ({"faults": [{"delay": 600}]}, 5, ("outcome_unknown", "unknown", False)),
}


@pytest.mark.parametrize("name", ENDS)
def test_how_it_ends_is_its_exit_code(name):
    configuration, code, fields = ENDS[name]
    with Sandbox(**configuration).serve() as server:
        environ = {**server.environ, "KOODRIVE_APP_SECRET": APP_SECRET, "KOODRIVE_APP_ID": "example-app-id"}
        limits = ("--timeout", "2") if name == "no reply in time" else ()
        done = run(*NOTIFY, "--json", *limits, "--trace-id", TRACE_ID, environ=environ)
    assert done.code == code
    printed = done.json
    assert set(printed) == {"ok", "exit_code", "error"} and not printed["ok"] and printed["exit_code"] == code
    error = printed["error"]
    assert list(error) == [
        "kind", "outcome", "retryable", "message", "status", "code", "msg", "request_id", "trace_id", "x_date", "retry_after", "body",
        "field",
    ]  # fmt: skip
    assert (error["kind"], error["outcome"], error["retryable"]) == fields
    assert error["trace_id"] == TRACE_ID
    assert done.stderr == f"koodrive: {error['message']}\n"
    if name == "too many":
        assert error["retry_after"] == 3.0
    if name == "a wrong secret":
        assert "What to check, in this order:" in done.stderr


def test_a_call_that_was_not_sent_can_be_sent_again(environ, refused_port):
    done = run(*NOTIFY, "--endpoint", f"http://127.0.0.1:{refused_port}", environ=environ)
    assert (done.code, done.stdout) == (4, "")
    assert done.stderr.startswith("koodrive: the request was not sent: ")


BAD = [
    ((), "the following arguments are required: COMMAND; `koodrive --help` lists the arguments"),
    (("notify",), "the following arguments are required: --carrier-user-id, --package-id; `koodrive notify --help`"),
    (("check", "--timeout", "soon"), "argument --timeout: invalid float value: 'soon'"),
    (("check", "--timeout", "0"), "--timeout: 0 s is out of range; pass a time from 0.001 s to 86400 s"),
    (("check", "--connect-timeout", "nan"), "--connect-timeout: nan s is out of range; pass a time"),
    (("check", "--clock-margin", "601"), "--clock-margin: "),
    (("check", "--endpoint", "gateway.example"), "--endpoint: no scheme; write https://host"),
    (
        ("check", "--endpoint", "http://gateway.example"),
        "--endpoint: plain http sends the credentials unencrypted; use https, or set --allow-plain-http",
    ),
    (("check", "--trace-id", "short"), "--trace-id: 5 characters long"),
    (("notify", "--carrier-user-id", "", "--package-id", "14"), "carrierUserId: empty"),
    (("notify", "--carrier-user-id", "1", "--package-id", "\udcff"), "packageId: contains a lone surrogate"),
    (("check", "--dry-run", "--curl"), "argument --curl: not allowed with argument --dry-run"),
    (("check", "--token-file", "x", "--app-id", "y"), "both an app and a token are given; pass --app-id with"),
    (("explain", "--package-id", "1"), "one id of the notification is missing; pass --carrier-user-id and --package-id"),
    (("explain", "--date", "2025-11-03"), "--date: not an X-Date; pass the header's value, such as 20251103T070140Z"),
    (
        ("check", "--app-secret-file", "no/such/file"),
        "--app-secret-file: no/such/file cannot be read (No such file or directory)",
    ),
]


@pytest.mark.parametrize("arguments, text", BAD)
def test_bad_input_is_named(environ, koodrive_sandbox, arguments, text):
    done = run(*map(os.fsencode, arguments), environ=environ)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"koodrive: {text}"), done.stderr
    assert koodrive_sandbox.accepted() == []


def test_bad_input_as_json():
    for arguments in (("notify", "--json"), ("check", "--json")):
        done = run(*arguments)
        assert (done.code, done.json["exit_code"]) == (2, 2)
        assert (done.json["error"]["kind"], done.json["error"]["outcome"]) == ("invalid_input", "not_sent")


HUSH = "hush-hush"


@pytest.mark.parametrize(
    "arguments, text",
    [
        (("--app-secret", HUSH), "set KOODRIVE_APP_SECRET, or pass --app-secret-file"),
        ((f"--app-secret={HUSH}",), "set KOODRIVE_APP_SECRET, or pass --app-secret-file"),
        (("--token", HUSH), "set KOODRIVE_TOKEN, or pass --token-file"),
        (("--app-sec", HUSH), "unknown argument: --app-sec"),
        ((f"--app_secret={HUSH}",), "unknown argument: --app_secret"),
        ((HUSH,), "unknown argument: a value without its argument"),
    ],
)
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(environ, arguments, text):
    for command in (NOTIFY, ("check",), ("explain",)):
        done = run(*command, *arguments, environ=environ)
        assert (done.code, done.stdout) == (2, "")
        assert text in done.stderr
        assert HUSH not in done.stderr


def test_arguments_override_the_environment(environ, koodrive_sandbox, tmp_path):
    (tmp_path / "secret").write_text(f"{APP_SECRET}\n")
    wrong = {
        "KOODRIVE_ENDPOINT": "https://gateway.example",
        "KOODRIVE_USER_ID": "0",
        "KOODRIVE_TOKEN": TOKEN,
        "KOODRIVE_APP_SECRET": SECRET,
    }
    done = run(
        *NOTIFY, "--endpoint", environ["KOODRIVE_ENDPOINT"], "--user-id", USER_ID, "--app-id", "example-app-id",
        "--app-secret-file", str(tmp_path / "secret"), environ=wrong,
    )  # fmt: skip
    assert (done.code, done.stderr) == (0, "")
    # The token as an argument puts the app of the environment aside.
    (tmp_path / "token").write_bytes(b"\xef\xbb\xbf" + TOKEN_KNOWN.encode() + b"\r\n")
    assert run(*NOTIFY, "--token-file", str(tmp_path / "token"), environ=environ).code == 0
    assert len(koodrive_sandbox.accepted()) == 2


def test_secrets_from_stdin(environ):
    environ = without(environ, "KOODRIVE_APP_SECRET")
    assert run(*NOTIFY, "--app-secret-file", "-", environ=environ, stdin=f"{APP_SECRET}\n").code == 0
    assert run(*NOTIFY, "--token-file", "-", environ=environ, stdin=TOKEN_KNOWN).code == 0
    done = run(*NOTIFY, "--token-file", "-", environ=environ, stdin="")
    assert (done.code, done.stderr.split(";")[0]) == (
        2,
        "koodrive: KOODRIVE_TOKEN (or KOODRIVE_APP_ID with KOODRIVE_APP_SECRET) is not set",
    )


def test_a_secret_of_several_lines_is_refused_and_not_shown(environ, tmp_path):
    (tmp_path / "secret").write_text(f"{HUSH}\n{HUSH}\n")
    done = run(*NOTIFY, "--app-secret-file", str(tmp_path / "secret"), environ=environ)
    assert done.code == 2 and "has several lines; pass a file with the secret alone" in done.stderr
    assert HUSH not in done.stderr
    (tmp_path / "secret").write_bytes(b"\xff\xfe" + HUSH.encode("utf-16-le"))
    done = run(*NOTIFY, "--app-secret-file", str(tmp_path / "secret"), environ=environ)
    assert done.code == 2 and "is not UTF-8" in done.stderr


def test_a_missing_setting_is_named_without_a_prompt(environ):
    done = run("check", environ=without(environ, "KOODRIVE_APP_SECRET"))
    assert (done.code, done.stderr) == (2, "koodrive: KOODRIVE_APP_SECRET is not set; set the secret of that app id\n")
    done = run("check", environ={**environ, "KOODRIVE_TOKEN": TOKEN})
    assert done.code == 2 and "KOODRIVE_TOKEN, KOODRIVE_APP_ID and KOODRIVE_APP_SECRET are set" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize(
    "arguments, missing, secret",
    [((), "KOODRIVE_APP_SECRET", APP_SECRET), (("--token-file", "-"), "KOODRIVE_APP_ID", TOKEN_KNOWN)],
)
def test_on_a_terminal_a_secret_is_asked_for_and_not_echoed(environ, arguments, missing, secret):
    import pty

    process, terminal = pty.fork()
    if process == 0:
        os.execve(sys.executable, [sys.executable, "-m", "koodrive", *NOTIFY, *arguments], {**BARE, **without(environ, missing)})
    shown = b""
    while b": " not in shown:
        shown += os.read(terminal, 1024)
    os.write(terminal, secret.encode() + b"\n")
    try:
        while more := os.read(terminal, 1024):
            shown += more
    except OSError:  # Linux's word for the end
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    os.close(terminal)
    assert b"code 0, msg Success." in shown and secret.encode() not in shown


def test_a_dry_run_prints_the_request_and_sends_nothing():
    environ = {
        "KOODRIVE_ENDPOINT": "https://gateway.example/prefix",
        "KOODRIVE_USER_ID": USER_ID,
        "KOODRIVE_TOKEN": TOKEN,
    }
    arguments = ("notify", "--carrier-user-id", "ü", "--package-id", "14", "--trace-id", TRACE_ID, "--dry-run")
    done = run(*arguments, environ=environ)
    assert (done.code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    date = lines.pop(5)
    assert date[:10] == "x-date: 20" and len(date) == 24
    assert lines == [
        "POST /prefix/koodrive/ose/v1/carrier/users/notifyPackageExpire HTTP/1.1",
        "host: gateway.example",
        "content-type: application/json",
        f"x-user-id: {USER_ID}",
        "authorization: ***",
        f"x-traceid: {TRACE_ID}",
        "",
        '{"carrierUserId":"ü","type":2,"packageId":"14"}',
    ]
    named = run(*arguments, "--show-authorization", environ=environ)
    assert f"authorization: Bearer {TOKEN}\n" in named.stdout and "contains the token" in named.stderr
    request = run(*arguments, "--json", environ=environ).json["request"]
    assert request["headers"]["authorization"] == "***"
    assert (request["method"], request["body"]) == ("POST", lines[-1])
    safe = run("check", "--dry-run", "--json", environ=environ).json["request"]
    assert (safe["method"], safe["body"]) == ("GET", None) and "content-type" not in safe["headers"]


IDS = ["it's", '"', "$(exit 7)", "`exit 7`", "\\", "a b", "ü 🙂 成功", "@file", "!!", "%s", "{}[]*?~", "--x", "a  b", "x" * 4000]


def through_curl(server, *ids, **environ):
    """Runs the printed curl command in a shell, and returns the service's answer."""
    done = run(*ids, "--curl", environ={**server.environ, **environ})
    assert done.code == 0
    shell = subprocess.run(["sh"], input=done.stdout.encode(), capture_output=True, env=BARE)
    assert (shell.returncode, shell.stderr) == (0, b""), done.stdout
    return json.loads(shell.stdout), done.stderr


def test_curl_sends_the_same(koodrive_sandbox_server, koodrive_sandbox):
    ids = list(zip(IDS, IDS[3:] + IDS[:3]))
    for user, package in ids:
        reply, stderr = through_curl(koodrive_sandbox_server, "notify", f"--carrier-user-id={user}", f"--package-id={package}")
        assert reply == {"code": 0, "msg": "Success."} and "for 15 minutes" in stderr
    for environ in ({"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, {"PYTHONUTF8": "1"}, {"PYTHONUTF8": "0"}):
        ids.append(("ü 🙂 成功", "14"))
        through_curl(koodrive_sandbox_server, "notify", "--carrier-user-id", "ü 🙂 成功", "--package-id", "14", **environ)
    assert [(call.carrier_user_id, call.package_id) for call in koodrive_sandbox.accepted()] == ids


@pytest.mark.koodrive_sandbox(tokens=[TOKEN])
def test_curl_with_a_token_and_for_the_safe_call(koodrive_sandbox_server):
    reply, stderr = through_curl(koodrive_sandbox_server, *NOTIFY)
    assert reply["code"] == 0 and "contains the token" in stderr
    reply, _ = through_curl(koodrive_sandbox_server, "check")
    assert reply["data"]["totalUsed"] == 1073741824
    printed = run("check", "--curl", "--json", environ=koodrive_sandbox_server.environ).json
    assert set(printed) == {"ok", "exit_code", "curl", "error"} and printed["curl"].startswith("curl --silent ")


def test_curl_takes_the_brackets_of_an_ipv6_address_as_they_are(environ):
    command = run("check", "--endpoint", "http://[::1]:8080", "--curl", environ=environ).stdout
    assert "  --globoff --url 'http://[::1]:8080/koodrive/" in command


@pytest.mark.koodrive_sandbox(msg="成功 🙂")
def test_a_terminal_that_knows_ascii_alone_is_told_all(environ):
    done = run(*NOTIFY, environ={**environ, "PYTHONIOENCODING": "ascii"})
    assert (done.code, done.stdout[:35]) == (0, "code 0, msg \\u6210\\u529f \\U0001f642")
    assert run(*NOTIFY, "--json", environ={**environ, "PYTHONIOENCODING": "ascii"}).json["reply"]["msg"] == "成功 🙂"
    for arguments in (("--help",), ("notify", "--help")):
        assert run(*arguments, environ={"PYTHONIOENCODING": "ascii"}).code == 0


@pytest.mark.koodrive_sandbox(faults=[{"delay": 600}])
@pytest.mark.parametrize("as_json", [False, True])
def test_an_interruption_says_what_is_unknown(environ, koodrive_sandbox, as_json):
    process = subprocess.Popen(
        [sys.executable, "-m", "koodrive", *NOTIFY, "--trace-id", TRACE_ID, "--timeout", "600", *(["--json"] if as_json else [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**BARE, **environ},
        # A test runner in the background ignores it, and its children with it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not koodrive_sandbox.accepted():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    done = Done(process.returncode, stdout.decode(), stderr.decode())
    assert done.code == 130
    assert done.stderr.startswith(f"koodrive: interrupted, trace id {TRACE_ID}; the outcome is unknown")
    if as_json:
        error = done.json["error"]
        assert (error["kind"], error["outcome"], error["trace_id"]) == ("interrupted", "unknown", TRACE_ID)
    else:
        assert done.stdout == ""


LONG = ("notify", "--carrier-user-id", "x" * 100_000, "--package-id", "14", "--dry-run")


@pytest.mark.parametrize("arguments", [NOTIFY, LONG, (*LONG, "--json"), ("explain",), ("check", "--json"), ("--help",)])
def test_a_closed_pipe_changes_nothing(environ, koodrive_sandbox, arguments):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "koodrive", *arguments], stdout=gone, stderr=subprocess.PIPE, env={**BARE, **environ}
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(koodrive_sandbox.accepted()) == (arguments is NOTIFY)


def test_help_and_version():
    from importlib.metadata import version

    assert run("--version").stdout == f"koodrive {version('koodrive')}\n"
    for arguments in ((), ("check",), ("notify",), ("explain",)):
        done = run(*arguments, "--help")
        assert (done.code, done.stderr) == (0, "")
        assert "examples:\n  koodrive " in done.stdout and "exit codes:\n" in done.stdout
        assert "--app-secret-file" in done.stdout and "--app-secret " not in done.stdout


def test_importing_the_package_imports_none_of_it():
    code = (
        "import sys, koodrive; print(*(name for name in sys.modules if name == 'argparse' or name.split('.')[1:2] == ['_cli']))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
