"""``koodrive check`` and ``koodrive explain``: what is wrong, told apart."""

import re
import socket
import threading
import time

import koodrive
import pytest
from koodrive.sandbox import Sandbox

from command import koodrive as run
from conftest import SECRET, TOKEN, USER_ID, reply
from servers import TlsServer

ENVIRON = {
    "KOODRIVE_USER_ID": USER_ID,
    "KOODRIVE_APP_ID": "example-app-id",
    "KOODRIVE_APP_SECRET": "example-app-secret-not-real",
}


def check(*arguments, environ=ENVIRON, **more):
    """The exit code, the three findings by name, and the whole JSON; the text says the same."""
    done = run("check", "--json", *arguments, environ={**environ, **more})
    assert done.stderr == ""
    findings = {finding["name"]: finding for finding in done.json["checks"]}
    assert list(findings) == ["endpoint", "clock", "credentials"]
    assert done.code == done.json["exit_code"] and done.json["ok"] == (done.code == 0)
    return done.code, findings, done.json


#: Seconds that a reply may be on its way on a machine that is busy, which count as a difference of clocks.
TRAVELS = 20


def states(findings):
    return [finding["state"] for finding in findings.values()]


def against(configuration, *arguments, **more):
    with Sandbox(**configuration).serve() as server:
        return check(*arguments, environ={**server.environ, **more})


def date(ahead=0.0):
    return "Date: " + time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + ahead))


def test_all_is_well():
    code, findings, printed = against({})
    assert (code, states(findings)) == (0, ["passed"] * 3)
    assert findings["endpoint"]["text"].endswith(" answers")
    assert findings["clock"]["text"] == "this machine's clock and the server's agree; the X-Date sent fits"
    assert findings["credentials"]["text"] == f"the service accepts the app id example-app-id with user id {USER_ID}"
    assert [finding["advice"] for finding in findings.values()] == [[], [], []]
    assert -2 < printed["clock_difference"] < 1
    assert printed["space_usage"] == {
        "total_allocation": "5368709120",
        "total_capacity": "10737418240",
        "total_used": "1073741824",
        "quota": "10240",
    }
    assert printed["error"] is None


def test_the_report_for_people():
    with Sandbox(tokens=[TOKEN]).serve() as server:
        done = run("check", environ=server.environ)
        assert done.stdout == (
            f"endpoint     passed   {server.url} answers\n"
            "clock        passed   this machine's clock and the server's agree; the X-Date sent fits\n"
            f"credentials  passed   the service accepts the token with user id {USER_ID}\n"
            "1073741824 KB of 10737418240 KB are used\n"
        )
        wrong = run("check", environ={**server.environ, "KOODRIVE_TOKEN": "another"})
    assert (wrong.code, wrong.stderr) == (3, "")
    assert wrong.stdout.splitlines()[2:] == [
        line
        for line in wrong.stdout.splitlines()
        if line.startswith(
            "credentials  FAILED   the service answered getSpaceUsageByOverview with HTTP 401, code SANDBOX.UNKNOWN_TOKEN"
        )
    ] + [
        "                      - authentication: ask Huawei whether this call accepts a token; the alternative is --app-id with --app-secret-file",
        "                      - --token-file: check its age (lifetimes of 20 and 30 minutes are published) and its prefix (Bearer or AT)",
        "                      - whitelist: ask Huawei whether your account is on the whitelist for this call",
    ]


def test_it_changes_nothing():
    with Sandbox().serve() as server:
        assert check(environ=server.environ)[0] == 0
        assert server.sandbox.accepted() == []


def test_a_wrong_secret_is_told_from_a_wrong_request():
    code, findings, printed = against({}, KOODRIVE_APP_SECRET="another-secret-not-real")
    assert (code, states(findings)) == (3, ["passed", "passed", "failed"])
    assert findings["credentials"]["advice"] == [
        "signature: the service signed the same canonical request, so the app secret differs, or the app id belongs to another "
        "secret",
        "authentication: ask Huawei whether this call accepts an app id; the alternative is --token-file",
        "--user-id: check that it belongs to --app-id",
        "--app-secret-file: check that it belongs to --app-id",
        "whitelist: ask Huawei whether your account is on the whitelist for this call",
    ]
    assert printed["error"]["code"] == "SANDBOX.SIGNATURE_MISMATCH"
    code, findings, _ = against({"whitelist": ["1"]}, KOODRIVE_USER_ID="2")
    assert (code, states(findings)) == (3, ["passed", "passed", "failed"])
    assert findings["credentials"]["advice"][-1] == "signature: `koodrive explain` shows every stage of the signature"


#: Wrong credentials, and the flag that the error names.
WRONG = {
    "another secret": ({"KOODRIVE_APP_SECRET": "another-secret-not-real"}, "--app-secret-file"),
    "a secret that is no text of a line": ({"KOODRIVE_APP_SECRET": "a\tb"}, "--app-secret-file"),
    "another token": ({"KOODRIVE_TOKEN": "another"}, "--token-file"),
    "a token that is no header": ({"KOODRIVE_TOKEN": "a\x01b"}, "--token-file"),
}


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("json", [("--json",), ()], ids=["json", "text"])
def test_errors_name_flags_that_there_are(name, json):
    environ, flag = WRONG[name]
    known = set(re.findall("--[a-z-]+", run("check", "--help", environ={}).stdout))
    configuration = {"tokens": [TOKEN]} if "KOODRIVE_TOKEN" in environ else {}
    with Sandbox(**configuration).serve() as server:
        done = run("check", *json, environ={**server.environ, **environ})
    assert done.code in (2, 3)
    named = set(re.findall("--[a-z-]+", done.stdout + done.stderr))
    assert flag in named and named <= known


@pytest.mark.parametrize("ahead, direction", [(3600, "behind"), (-3600, "ahead of")])
def test_a_clock_that_is_wrong_is_measured_and_corrected(ahead, direction):
    code, findings, printed = against({"now": lambda: time.time() + ahead})
    assert (code, states(findings)) == (0, ["passed"] * 3)
    measured = re.fullmatch(
        f"this machine's clock is ([0-9]+) seconds {direction} the server's; the service refused the first X-Date and "
        "accepted the second, corrected one",
        findings["clock"]["text"],
    )
    assert int(measured[1]) == pytest.approx(3600, abs=TRAVELS)
    assert findings["clock"]["advice"] == [
        "set this machine's clock (NTP): until then, the first call of each process is refused"
    ]
    assert printed["clock_difference"] == pytest.approx(ahead, abs=TRAVELS)


def test_a_clock_within_the_window_is_reported():
    code, findings, _ = against({"now": lambda: time.time() + 60})
    assert code == 0
    text = "this machine's clock is ([0-9]+) seconds behind the server's; the X-Date sent fits"
    measured = re.fullmatch(text, findings["clock"]["text"])
    assert int(measured[1]) == pytest.approx(60, abs=TRAVELS)
    assert findings["clock"]["advice"] == ["set this machine's clock (NTP)"]


def test_a_clock_wrong_by_more_than_a_day_is_reported():
    code, findings, printed = against({"now": lambda: time.time() - 100_000})
    assert (code, states(findings)) == (3, ["passed", "failed", "unknown"])
    assert "seconds ahead of the server's; the X-Date 20" in findings["clock"]["text"]
    assert findings["credentials"]["text"] == "not tested, since the service was not reached"
    assert printed["clock_difference"] == pytest.approx(-100_000, abs=TRAVELS)


def test_a_second_request_without_an_answer_leaves_the_clock_refused(server):
    """The date of the second request was corrected, but no answer says whether it fits."""
    server.answers = [reply(401, b'{"code":"1"}', date(3600)), None]
    code, findings, printed = check(KOODRIVE_ENDPOINT=server.url)
    assert (code, states(findings)) == (5, ["failed", "failed", "unknown"])
    first, second = (request["headers"]["x-date"] for request in server.requests)
    assert f"; the X-Date {first} does not fit the server's Date, " in findings["clock"]["text"] and first != second
    assert printed["error"]["kind"] == "outcome_unknown"


def test_a_refusal_of_the_second_date_is_the_clocks_fault(server):
    server.answers = [reply(401, b'{"code":"1"}', date(3600)), reply(401, b'{"code":"1"}', date(-3600))]
    code, findings, _ = check(KOODRIVE_ENDPOINT=server.url)
    assert (code, states(findings)) == (3, ["passed", "failed", "unknown"])
    assert server.requests[1]["headers"]["x-date"] in findings["clock"]["text"]


def test_a_wrong_secret_and_a_wrong_clock_are_both_told():
    code, findings, _ = against({"now": lambda: time.time() + 3600}, KOODRIVE_APP_SECRET="another-secret-not-real")
    assert (code, states(findings)) == (3, ["passed", "passed", "failed"])
    assert "seconds behind the server's; the service refused the first" in findings["clock"]["text"]


# The answer of another server; states of endpoint, clock and credentials; exit code; text of the endpoint.
STRANGERS = {
    "a web page": (reply(200, b"<html>", date()), ["failed", "passed", "unknown"], 5, "answers, but not as this API does"),
    "a redirect": (reply(302, b"", date(), "Location: https://login.example/"), ["failed", "passed", "unknown"], 3, "redirects (302) to 'https://login.example/', which is not followed"),
    "no such path": (reply(404, b"<html>", date()), ["failed", "passed", "unknown"], 3, "answers 404: this API is not there"),
    "a firewall's refusal": (reply(403, b"<html>", date()), ["unknown", "passed", "failed"], 3, "but not in this API's form: the answer may come from a proxy"),
    "a gateway without a back end": (reply(502, b"", date()), ["unknown", "passed", "unknown"], 5, "answers 502, but not in this API's form"),
    "a failing service": (reply(500, b'{"code":13000201,"msg":"inner"}', date()), ["passed", "passed", "unknown"], 5, " answers"),
    "a busy service": (reply(429, b'{"code":"x"}', date()), ["passed", "passed", "unknown"], 3, " answers"),
    "another code": (reply(200, b'{"code":7}', date()), ["passed", "passed", "unknown"], 3, " answers"),
    "a reply without a Date": (reply(200, b'{"code":0}'), ["passed", "unknown", "passed"], 0, " answers"),
    "a Date that is none": (reply(200, b'{"code":0}', "Date: yesterday"), ["passed", "unknown", "passed"], 0, " answers"),
    "a reply from a cache": (reply(200, b'{"code":0}', date(), "Age: 60"), ["passed", "unknown", "passed"], 0, " answers"),
    "a cut": (None, ["failed", "unknown", "unknown"], 5, "received the request but sent no complete answer"),
}  # fmt: skip


@pytest.mark.parametrize("name", STRANGERS)
def test_an_answer_of_another_server_is_reported(server, name):
    answer, expected, code, text = STRANGERS[name]
    server.answers = [answer]
    found, findings, _ = check(KOODRIVE_ENDPOINT=server.url)
    assert (found, states(findings)) == (code, expected)
    assert findings["endpoint"]["text"].startswith(server.url) and text in findings["endpoint"]["text"]
    assert len(server.requests) == 1


def unreachable(endpoint, *arguments, **more):
    code, findings, printed = check("--endpoint", endpoint, *arguments, **more)
    assert (code, states(findings)) == (4, ["failed", "unknown", "unknown"])
    assert findings["clock"]["text"] == "no answer, so the server's clock is not known"
    assert printed["clock_difference"] is None and printed["error"]["kind"] == "not_sent"
    return findings["endpoint"]["text"], findings["endpoint"]["advice"]


def test_a_name_that_dns_does_not_know():
    text, (advice,) = unreachable("https://no-such-host.invalid")
    assert text == "DNS does not know no-such-host.invalid"
    assert advice == "check the spelling of the host, and this machine's resolver"


def test_a_port_that_refuses(refused_port):
    text, _ = unreachable(f"http://127.0.0.1:{refused_port}")
    assert text == f"127.0.0.1:{refused_port} refuses connections"


def test_a_proxy_that_is_not_used_is_named(refused_port):
    _, advice = unreachable(f"http://127.0.0.1:{refused_port}", HTTPS_PROXY="http://user:hush@proxy.example")
    assert advice[-1] == "HTTPS_PROXY is set, but no proxy is used: pass --proxy env"


@pytest.mark.parametrize("body", [b"<html>", b""])
def test_a_407_names_the_proxy(server, body):
    server.answers = [reply(407, body, date())]
    code, findings, _ = check(KOODRIVE_ENDPOINT=server.url)
    assert (code, states(findings)) == (3, ["failed", "passed", "unknown"])
    assert (
        findings["endpoint"]["text"]
        == f"{server.url} is not reached: a proxy on the way to it answers 407 and asks for credentials"
    )
    assert "--proxy-credentials-file" in findings["endpoint"]["advice"][0]


@pytest.mark.parametrize("status", [500, 502, 200])
def test_a_safe_call_has_no_warning_about_repeats(server, status):
    server.answers = [reply(status, b"<html>a portal", date())] * 2
    for json in ((), ("--json",)):
        done = run("check", *json, environ={**ENVIRON, "KOODRIVE_ENDPOINT": server.url})
        assert done.code == 5 and "a retry is safe" in done.stdout and "repeat" not in done.stdout.replace("repeats", "")


def test_an_untrusted_certificate(authority):
    server = TlsServer(authority)
    try:
        text, (advice,) = unreachable(server.url)
        assert text.startswith(f"TLS: the certificate of {server.url[8:]} is not trusted: ")
        assert "SSL_CERT_FILE" in advice
        server.answers = [reply(200, b'{"code":0}', date())]
        code, findings, _ = check("--endpoint", server.url, SSL_CERT_FILE=authority.path)
        assert (code, states(findings)) == (0, ["passed"] * 3)
    finally:
        server.close()


def test_a_port_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        text, (advice,) = unreachable(f"https://{host}:{port}", "--connect-timeout", "0.3")
        assert text == f"no connection to {host}:{port} in time"
        assert "--connect-timeout" in advice


def test_a_port_that_speaks_something_else():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"220 mail.example ESMTP\r\n")
                connection.recv(1024)

        thread = threading.Thread(target=answer)
        thread.start()
        host, port = listener.getsockname()
        text, (advice,) = unreachable(f"https://{host}:{port}")
        thread.join()
        assert text == f"TLS: {host}:{port} does not speak TLS: WRONG_VERSION_NUMBER"
        assert advice == "check the port, and whether https is right"


# Computed independently of this project, by the published rules: see test_client.
EXPLAINED = """\
# canonical request
POST
/koodrive/ose/v1/carrier/users/notifyPackageExpire/

host:intl.myhuaweicloud-koodrive.com
x-date:20251103T070140Z
x-user-id:1505084218764547200

host;x-date;x-user-id
5c3cf4effd3e60ace1f203883c90f128168e3e4ba9d35b7c6005c38b41267df9

# its hash
9c24ade95d82dce7c7002ec7272d12f9ff60d1f71d5fc50708e113d4249449ce

# string to sign
HMAC-SHA256
9c24ade95d82dce7c7002ec7272d12f9ff60d1f71d5fc50708e113d4249449ce

# signature
085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac
"""
EXPLAIN = ("explain", "--carrier-user-id", "189642158555241211", "--package-id", "14", "--date", "20251103T070140Z")
BY_APP = {**ENVIRON, "KOODRIVE_ENDPOINT": koodrive.INTERNATIONAL, "KOODRIVE_APP_SECRET": SECRET}


def test_explain_shows_every_stage():
    done = run(*EXPLAIN, environ=BY_APP)
    assert (done.code, done.stderr, done.stdout) == (0, "", EXPLAINED)
    safe = run("explain", "--date", "20251103T070140Z", "--json", environ=BY_APP).json["explanation"]
    assert safe["signature"] == "98e725d4a7965d5aebb936c98825cf080c3252f6fc7fe622bbe189fd0ae8fe6c"
    assert list(safe) == [
        "canonical_request", "canonical_request_hash", "string_to_sign", "signature", "signed_headers", "difference", "finding",
    ]  # fmt: skip
    assert (safe["difference"], safe["finding"]) == (None, None)


@pytest.mark.parametrize("way", ["argument", "file", "stdin"])
def test_explain_names_the_difference_to_the_services_message(tmp_path, way):
    theirs = EXPLAINED.split("\n\n# its hash")[0].split("# canonical request\n")[1].replace("host:intl.", "host:cn.")
    message = '{"error_msg":"verify signature fail, canonicalRequest:' + theirs.replace("\n", "|") + '","request_id":"x"}'
    (tmp_path / "message").write_text(message)
    given = {
        "argument": ("--message", message),
        "file": ("--message-file", str(tmp_path / "message")),
        "stdin": ("--message-file", "-"),
    }
    done = run(*EXPLAIN, *given[way], environ=BY_APP, stdin=message)
    finding = (
        'line 4 (CanonicalHeaders) differs: signed here "host:intl.myhuaweicloud-koodrive.com", by the service '
        '"host:cn.myhuaweicloud-koodrive.com"'
    )
    assert (done.code, done.stdout) == (0, f"{EXPLAINED}\n# compared with the service's message\n{finding}\n")
    printed = run(*EXPLAIN, *given[way], "--json", environ=BY_APP, stdin=message).json["explanation"]
    assert printed["finding"] == finding
    assert printed["difference"] == {
        "part": "CanonicalHeaders",
        "line": 4,
        "ours": "host:intl.myhuaweicloud-koodrive.com",
        "theirs": "host:cn.myhuaweicloud-koodrive.com",
    }


def test_with_a_token_there_is_nothing_to_explain():
    environ = {"KOODRIVE_ENDPOINT": koodrive.INTERNATIONAL, "KOODRIVE_USER_ID": USER_ID, "KOODRIVE_TOKEN": TOKEN}
    done = run("explain", environ=environ)
    assert (done.code, done.stdout) == (2, "") and "there is no signature to explain" in done.stderr
