"""One client in many threads, in forked and spawned processes, and where there is no lock around Python."""

import hashlib
import hmac
import multiprocessing
import os
import pickle
import subprocess
import sys
import sysconfig
import threading
import warnings

import koodrive
import pytest

from conftest import OK, SECRET, TOKEN, USER_ID, reply

THREADS = 16
CALLS = 300


def signature(request, secret):
    """By the publisher's rules, with nothing of this package: the formulas stand in docs/contract.md, section 4."""
    scheme, _, rest = request.url.partition("://")
    host, _, path = rest.partition("/")
    headers = {"host": host, **dict(request.headers)}
    names = ("host", "x-date", "x-user-id")
    canonical = "\n".join(
        (
            request.method,
            f"/{path}/",
            "",
            *(f"{name}:{headers[name].strip()}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(request.body).hexdigest(),
        )
    )
    stages = "HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    signed = hmac.new(secret.encode(), stages.encode(), hashlib.sha256).hexdigest()
    return f"HMAC-SHA256 AppId=my-app-id,SignedHeaders={';'.join(names)},Signature={signed}"


def signing_client():
    return koodrive.Client(endpoint=koodrive.INTERNATIONAL, user_id=USER_ID, app_id="my-app-id", app_secret=SECRET)


def test_the_signature_of_this_file_is_the_published_one():
    request = signing_client().request(koodrive.GetCurrentRetentionPolicy(), 1762153305)
    published = "c582ce0670626271ec0285f31c23f27f6ec0052ae3f9cdc96dc91a737da54837"
    assert signature(request, SECRET).endswith(published)


def in_threads(work, count=THREADS):
    """All begin at once, and each gets its number. Gives what they raised."""
    raised, start = [], threading.Barrier(count)

    def run(number):
        start.wait()
        try:
            work(number)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_threads_share_a_client():
    client = signing_client()
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)

    def work(number):
        secret = f"{SECRET}-{number}"
        for at in range(CALLS):
            own = f"{number}-{at}"
            call = koodrive.NotifyPackageExpire(carrier_user_id=own, package_id=own[::-1])
            trace_id = own.rjust(58, "x")
            request = client.request(call, trace_id=trace_id)
            headers = dict(request.headers)
            assert headers["authorization"] == signature(request, SECRET)
            assert headers["x-traceid"] == trace_id
            assert request.body == b'{"carrierUserId":"%s","type":2,"packageId":"%s"}' % (own.encode(), own[::-1].encode())
            answered = client.parse(call, 200, {"X-TraceId": trace_id}, b'{"code":0,"msg":"%s"}' % own.encode())
            assert answered == koodrive.Acknowledgement(code="0", msg=own, trace_id=trace_id)
            if at % 50 == number:
                # Others sign while the clock is learned, and while credentials are renewed.
                client.observe_clock({"Date": "Mon, 03 Nov 2025 07:02:45 GMT"}, 1762153305, 1762153305)
                renewed = client.with_credentials(app_id="my-app-id", app_secret=secret).request(call)
                assert dict(renewed.headers)["authorization"] == signature(renewed, secret)

    try:
        raised = in_threads(work)
    finally:
        sys.setswitchinterval(switching)
    assert raised == []
    assert client.clock_offset == 60.0


def test_threads_send_over_a_client(server, call):
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=TOKEN)
    server.answers = [reply() for _ in range(THREADS * 20)]
    seen = []

    def work(number):
        for at in range(20):
            trace_id = f"{number}-{at}".rjust(58, "x")
            assert client.send(call, trace_id=trace_id).trace_id == trace_id
            seen.append(trace_id)

    assert in_threads(work) == []
    assert sorted(request["headers"]["x-traceid"] for request in server.requests) == sorted(seen)
    # They are kept, and shared between threads.
    assert server.connections <= THREADS


@pytest.mark.skipif(not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this Python has its lock")
def test_importing_it_leaves_the_lock_off():
    code = "import sys, koodrive, koodrive.sandbox; sys.exit(sys._is_gil_enabled())"
    assert subprocess.run([sys.executable, "-W", "error", "-c", code]).returncode == 0


forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system does not fork")


def fork(work):
    """Runs it in a forked child. Gives the child's exit status: 0 where nothing was raised."""
    with warnings.catch_warnings():
        # Threads run here, of the server if of nothing else; Python 3.12 warns of that.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            # Past the test runner, which must end in the parent alone.
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@forks
def test_a_forked_child_signs(call):
    client = signing_client()
    client.request(call)

    def work():
        request = client.request(call)
        assert dict(request.headers)["authorization"] == signature(request, SECRET)
        assert koodrive.new_trace_id() != made

    made = koodrive.new_trace_id()
    assert fork(work) == 0


@forks
def test_a_forked_child_leaves_the_connections_of_its_parent_alone(server, client, call):
    server.answers = [reply() for _ in range(4)]
    client.send(call, trace_id="p" * 58)
    assert fork(lambda: [client.send(call, trace_id=letter * 58) for letter in "cd"]) == 0
    client.send(call, trace_id="q" * 58)
    # The child's two share one of its own; the parent's first is as good as before.
    assert [request["headers"]["x-traceid"][0] for request in server.requests] == ["p", "c", "d", "q"]
    assert server.connections == 2


class Always:
    """As many answers as there are requests."""

    def pop(self, _):
        return reply()


@forks
def test_fork_in_the_middle_of_use(server, client, call):
    server.answers = Always()
    ended = threading.Event()

    def work(number):
        while not ended.is_set():
            client.send(call)

    def forking():
        try:
            for _ in range(5):
                assert fork(lambda: [client.send(call) for _ in range(3)]) == 0
        finally:
            ended.set()

    threads = threading.Thread(target=lambda: raised.extend(in_threads(work, 4)))
    raised = []
    threads.start()
    forking()
    threads.join()
    assert raised == []


def answer_in_a_worker(settings, call, body):
    """Runs in a worker process, which gets settings without credentials and has its own credentials."""
    client = koodrive.Client.from_settings(settings, app_id="my-app-id", app_secret=SECRET)
    request = client.request(call, 1762153305)
    try:
        answered = client.parse(call, 200 if body else 400, {}, body)
    except koodrive.KooDriveError as error:
        answered = error
    return dict(request.headers), answered


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_values_travel_to_processes_and_back(method, call):
    client = signing_client()
    client.observe_clock({"Date": "Mon, 03 Nov 2025 07:02:45 GMT"}, 1762153305, 1762153305)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with multiprocessing.get_context(method).Pool(2) as pool:
            work = [(client.settings, call, OK), (client.settings, call, b"")]
            (headers, acknowledged), (_, error) = pool.starmap(answer_in_a_worker, work)
    assert headers == dict(client.request(call, 1762153305).headers)
    assert acknowledged == koodrive.Acknowledgement(code="0", msg="Success.")
    assert (type(error), error.status, error.outcome) == (koodrive.ApiError, 400, "refused")


def test_a_request_stays_in_its_process(call):
    with pytest.raises(TypeError, match="holds credentials: pickle the call"):
        pickle.dumps(signing_client().request(call))


def test_in_a_subinterpreter_it_works_or_says_that_it_does_not():
    code = """
import koodrive
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
run = getattr(interpreters, "exec", None) or interpreters.run_string
try:
    print(run(interpreters.create(), "import koodrive; koodrive.GetCurrentRetentionPolicy()"))
except interpreters.RunFailedError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if sys.version_info >= (3, 12):
        assert "koodrive._core does not support loading in subinterpreters" in done.stdout
