"""Proxies and certificates of one's own, in the commands; and what a job is sent over."""

import base64
import ssl

import pytest
import trustme
from koodrive import InvalidInputError
from koodrive._job import transports
from koodrive.transports._network import proxy_of

from command import NOTIFY
from command import koodrive as run
from conftest import TOKEN, USER_ID, reply
from servers import Proxy, TlsServer

WAYS = {
    "check": ("check",),
    "notify": NOTIFY,
    **{way: ("run", "lapsed.csv", "--job", "job", "--transport", way) for way in transports.NAMES},
}


@pytest.fixture
def proxy():
    proxy = Proxy()
    yield proxy
    proxy.close()


@pytest.fixture
def secure(authority):
    server = TlsServer(authority)
    server.answers = [reply()]
    yield server
    server.close()


def environ_of(server):
    return {"KOODRIVE_ENDPOINT": server.url, "KOODRIVE_USER_ID": USER_ID, "KOODRIVE_TOKEN": TOKEN}


def through(way, server, *options, folder, **more):
    (folder / "lapsed.csv").write_text("carrier_user_id,package_id\n189642158555241211,14\n")
    arguments = [str(folder / it) if it in ("lapsed.csv", "job") else it for it in WAYS[way]]
    return run(*arguments, *options, environ={**environ_of(server), **more})


@pytest.mark.parametrize("way", WAYS)
def test_over_a_tunnel(way, proxy, secure, authority, tmp_path):
    (tmp_path / "credentials").write_text("user:pass wörd\n")
    options = ("--proxy", proxy.url, "--proxy-credentials-file", str(tmp_path / "credentials"), "--ca-file", authority.path)
    seen = []
    proxy.answers = [lambda connection, line, rest: (seen.append(rest), proxy._forward(connection, line, rest))]
    done = through(way, secure, *options, folder=tmp_path)
    assert done.code == 0, done.stdout + done.stderr
    assert proxy.requests == [f"CONNECT {secure.url[8:]} HTTP/1.1"] and len(secure.requests) == 1
    fields = dict(line.lower().split(b": ") for line in seen[0].split(b"\r\n") if line)
    assert fields[b"proxy-authorization"] == b"basic " + base64.b64encode("user:pass wörd".encode()).lower()
    # The service sees nothing of it.
    assert "proxy-authorization" not in secure.requests[0]["headers"]


@pytest.mark.parametrize("way", WAYS)
def test_a_proxy_for_plain_http_is_asked_for_the_whole_url(way, proxy, server, tmp_path):
    server.answers = [reply()]
    done = through(way, server, "--proxy", proxy.url, folder=tmp_path)
    assert done.code == 0, done.stdout + done.stderr
    (line,) = proxy.requests
    assert line.split(" ")[1].startswith(f"{server.url}/koodrive/ose/v1/") and len(server.requests) == 1


@pytest.mark.parametrize("way", WAYS)
def test_the_proxy_of_the_environment_is_used_on_request(way, proxy, secure, authority, tmp_path):
    environ = {"HTTPS_PROXY": proxy.url, "SSL_CERT_FILE": authority.path}
    secure.answers = [reply(), reply(), reply()]
    jobs = [tmp_path / str(number) for number in range(3)]
    for job in jobs:
        job.mkdir()
    assert through(way, secure, folder=jobs[0], **environ).code == 0 and proxy.requests == []
    assert (
        through(way, secure, "--proxy", "env", folder=jobs[1], **environ, NO_PROXY="127.0.0.1").code == 0 and proxy.requests == []
    )
    done = through(way, secure, "--proxy", "env", folder=jobs[2], **environ, NO_PROXY="example.com")
    assert done.code == 0 and len(proxy.requests) == 1, done.stderr


@pytest.mark.parametrize("way", ["check", "notify"])
def test_a_proxy_that_asks_for_credentials_is_not_sent_through(way, proxy, secure, authority, tmp_path):
    proxy.answers = [b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"] * 30
    done = through(way, secure, "--proxy", proxy.url, "--ca-file", authority.path, folder=tmp_path)
    assert done.code == 4 and f"the proxy {proxy.url[7:]} answered 407 Proxy Authentication Required" in done.stdout + done.stderr
    assert way == "notify" or "--proxy-credentials-file" in done.stdout
    assert secure.requests == []


def test_a_proxy_that_is_not_there_is_named(secure, refused_port):
    done = run("check", "--proxy", f"http://127.0.0.1:{refused_port}", environ=environ_of(secure))
    assert done.code == 4 and f"the proxy 127.0.0.1:{refused_port} refuses connections" in done.stdout


@pytest.mark.parametrize(
    "answer",
    [None, b"220 mail.example ESMTP\r\n\r\n", b"HTTP/1.1 502 Bad Gateway\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nmore", b"x" * 70_000],
)
def test_a_proxy_that_answers_otherwise_gets_no_request(answer, proxy, secure):
    proxy.answers = [answer]
    done = run(*NOTIFY, "--proxy", proxy.url, "--json", environ=environ_of(secure))
    assert done.code == 4 and done.json["error"]["outcome"] == "not_sent", done.stderr


@pytest.mark.parametrize("way", WAYS)
def test_a_client_certificate(way, authority, tmp_path):
    identities = trustme.CA()
    identities.issue_cert("carrier.example").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "client.pem"))
    server = TlsServer(authority)
    server._context = context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme_server = trustme.CA()
    trustme_server.issue_cert("127.0.0.1").configure_cert(context)
    trustme_server.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    identities.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    server.answers = [reply()]
    try:
        done = through(
            way, server, "--ca-file", str(tmp_path / "ca.pem"), "--client-cert", str(tmp_path / "client.pem"), folder=tmp_path
        )
        assert done.code == 0, done.stdout + done.stderr
    finally:
        server.close()


BAD = [
    (("--proxy", "socks5://127.0.0.1:1"), "--proxy: unsupported proxy scheme socks5; pass http://host:port"),
    (("--proxy", "https://proxy.example"), "--proxy: unsupported proxy scheme https"),
    (("--proxy", "http://proxy.example:port"), "--proxy: the port is not a number"),
    (("--proxy", "http://proxy.example/path"), "--proxy: not the URL of a proxy"),
    (("--proxy", "http://user:hush-hush@proxy.example"), "--proxy: credentials are not accepted here"),
    (("--proxy-credentials-file", "x"), "--proxy-credentials-file is given without the URL of a proxy"),
    (("--client-key", "x"), "--client-key is given without --client-cert"),
    (("--ca-file", "no/such/file"), "--ca-file: cannot be read (No such file or directory); pass a file of certificates in PEM"),
    (("--client-cert", "no/such/file"), "--client-cert: cannot be read (No such file or directory)"),
]


@pytest.mark.parametrize("arguments, message", BAD)
def test_bad_arguments_are_named(server, tmp_path, arguments, message):
    for way in ("check", "notify", "threads"):
        done = through(way, server, *arguments, folder=tmp_path)
        assert (done.code, done.stdout) == (2, "") and done.stderr.startswith(f"koodrive: {message}"), done.stderr
        assert "hush-hush" not in done.stderr
    assert server.requests == [] and not (tmp_path / "job").exists()


def test_an_encrypted_key_is_refused_without_a_prompt(server, tmp_path):
    from cryptography.hazmat.primitives import serialization

    cert = trustme.CA().issue_cert("carrier.example")
    key = serialization.load_pem_private_key(cert.private_key_pem.bytes(), None)
    encrypted = serialization.BestAvailableEncryption(b"hush")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encrypted)
    (tmp_path / "client.pem").write_bytes(pem + cert.cert_chain_pems[0].bytes())
    done = through("check", server, "--client-cert", str(tmp_path / "client.pem"), folder=tmp_path)
    assert done.code == 2 and "with an unencrypted key" in done.stderr


def test_the_curl_command_has_them(server, tmp_path):
    options = ("--proxy", "http://proxy.example:3128", "--ca-file")
    authority = tmp_path / "ca file.pem"
    trustme.CA().cert_pem.write_to_path(str(authority))
    done = run("check", "--curl", *options, str(authority), environ=environ_of(server))
    assert f" --proxy http://proxy.example:3128 \\\n  --cacert '{authority}'" in done.stdout
    assert "--proxy" not in run("check", "--curl", "--proxy", "env", environ=environ_of(server)).stdout


def test_a_proxy_is_read():
    assert proxy_of("x", "proxy.example:3128")[:] == ("proxy.example", 3128, None)
    assert proxy_of("x", "http://u%3A:p%40@[::1]")[:] == ("::1", 80, "u::p@")
    assert proxy_of("x", "http://[::1]:3128/").name == "[::1]:3128"
    with pytest.raises(InvalidInputError):
        proxy_of("x", "http://")


@pytest.mark.parametrize("installed, chosen", [({"aiohttp", "httpx"}, "aiohttp"), ({"httpx"}, "threads"), (set(), "threads")])
def test_httpx_is_used_only_if_named(monkeypatch, installed, chosen):
    # Why a module cannot be used: empty where it is not installed.
    monkeypatch.setattr(transports, "_problem", lambda name: None if name in installed else "")
    assert transports.chosen(None) == (chosen, None)
    if "httpx" in installed:
        assert transports.chosen("httpx") == ("httpx", None)
    else:
        with pytest.raises(InvalidInputError, match="httpx cannot be used"):
            transports.chosen("httpx")


# Secrets from files that the environment names


def test_a_token_file_of_the_environment(server, tmp_path):
    (tmp_path / "token").write_text("from-a-file\n")
    server.answers = [reply()]
    environ = {"KOODRIVE_ENDPOINT": server.url, "KOODRIVE_USER_ID": USER_ID, "KOODRIVE_TOKEN_FILE": str(tmp_path / "token")}
    assert run("check", environ=environ).code == 0
    assert server.requests[0]["headers"]["authorization"] == "Bearer from-a-file"
    done = run("check", environ={**environ, "KOODRIVE_TOKEN": TOKEN})
    assert done.code == 2 and "KOODRIVE_TOKEN and KOODRIVE_TOKEN_FILE are set; set one of them" in done.stderr
    done = run("check", environ={**environ, "KOODRIVE_TOKEN_FILE": str(tmp_path / "none")})
    assert done.code == 2 and f"KOODRIVE_TOKEN_FILE: {tmp_path / 'none'} cannot be read" in done.stderr
    # An argument puts it aside.
    (tmp_path / "other").write_text("another")
    server.answers = [reply()]
    assert run("check", "--token-file", str(tmp_path / "other"), environ=environ).code == 0
    assert server.requests[1]["headers"]["authorization"] == "Bearer another"


def test_a_secret_file_of_the_environment(koodrive_sandbox_server, tmp_path):
    environ = {**koodrive_sandbox_server.environ}
    (tmp_path / "secret").write_text(environ.pop("KOODRIVE_APP_SECRET") + "\n")
    environ["KOODRIVE_APP_SECRET_FILE"] = str(tmp_path / "secret")
    assert run("check", environ=environ).code == 0
    done = run("check", environ={**environ, "KOODRIVE_APP_SECRET": "x"})
    assert done.code == 2 and "KOODRIVE_APP_SECRET and KOODRIVE_APP_SECRET_FILE are set" in done.stderr
    done = run("check", environ={**environ, "KOODRIVE_TOKEN": TOKEN})
    assert done.code == 2 and "set the token or the app" in done.stderr


def test_a_job_reads_the_token_file_of_the_environment_anew(server, tmp_path):
    token = tmp_path / "token"
    token.write_text("old\n")

    def ended(connection):
        token.write_text("new\n")
        connection.sendall(reply(401, b"{}"))

    server.answers = [reply(), ended, reply(), reply()]
    (tmp_path / "lapsed.csv").write_text("carrier_user_id,package_id\n1,14\n2,14\n3,14\n")
    environ = {"KOODRIVE_ENDPOINT": server.url, "KOODRIVE_USER_ID": USER_ID, "KOODRIVE_TOKEN_FILE": str(token)}
    done = run("run", str(tmp_path / "lapsed.csv"), "--job", str(tmp_path / "job"), "--concurrency", "1", environ=environ)
    assert done.code == 0, done.stderr
    assert [it["headers"]["authorization"] for it in server.requests] == ["Bearer old", "Bearer old", "Bearer new", "Bearer new"]
