"""The pytest plugin, as a user's own tests see it."""

CONFTEST = 'pytest_plugins = ["koodrive.testing"]\n'
CALL = 'call = koodrive.NotifyPackageExpire(carrier_user_id="189642158555241211", package_id="14")\n'


def run(pytester, tests, *options):
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile("import koodrive\nimport pytest\nimport koodrive.sandbox\n" + CALL + tests)
    return pytester.runpytest_subprocess("-W", "error", "--strict-markers", "-p", "no:cacheprovider", *options)


def test_its_fixtures_are_one_sandbox(pytester):
    run(
        pytester,
        """
def test_client(koodrive_client, koodrive_sandbox):
    assert koodrive_client.send(call).code == "0"
    assert [accepted.package_id for accepted in koodrive_sandbox.accepted()] == ["14"]

def test_server(koodrive_sandbox_server, koodrive_sandbox, monkeypatch):
    assert koodrive_sandbox_server.sandbox is koodrive_sandbox
    assert koodrive_sandbox.accepted() == []
    for name, value in koodrive_sandbox_server.environ.items():
        monkeypatch.setenv(name, value)
    assert koodrive.Client.from_env().send(call).code == "0"
    assert len(koodrive_sandbox.accepted()) == 1
""",
    ).assert_outcomes(passed=2)


def test_a_marker_configures_it(pytester):
    run(
        pytester,
        """
pytestmark = pytest.mark.koodrive_sandbox(refused_status=400, faults=[429])

@pytest.mark.koodrive_sandbox(faults=["cut"])
class TestClass:
    def test_the_marker_of_the_class(self, koodrive_client):
        with pytest.raises(koodrive.OutcomeUnknownError):
            koodrive_client.send(call)

    @pytest.mark.koodrive_sandbox(faults=[], apps={"my-app": "a-secret-not-real"})
    def test_the_marker_of_the_test(self, koodrive_client, koodrive_sandbox_server):
        assert koodrive_client.send(call).code == "0"
        wrong = koodrive.Client.from_settings(koodrive_sandbox_server.settings, token="x")
        with pytest.raises(koodrive.ApiError) as refused:
            wrong.send(call)
        assert refused.value.status == 400

def test_the_marker_of_the_module(koodrive_client):
    with pytest.raises(koodrive.ApiError):
        koodrive_client.send(call)
""",
    ).assert_outcomes(passed=3)


def test_the_fixture_can_be_overridden(pytester):
    run(
        pytester,
        """
@pytest.fixture
def koodrive_sandbox():
    return koodrive.sandbox.Sandbox(package_ids=["15"])

def test_it(koodrive_client):
    with pytest.raises(koodrive.ApiError, match="packageId does not exist"):
        koodrive_client.send(call)
""",
    ).assert_outcomes(passed=1)


def test_a_marker_that_is_wrong_is_an_error(pytester):
    wrong = {
        "429": "the marker koodrive_sandbox takes keywords",
        "fault=[429]": "unexpected keyword argument 'fault'",
        "faults=[204]": "a fault's status is 204",
    }
    tests = (
        f"@pytest.mark.koodrive_sandbox({marker})\ndef test_{at}(koodrive_sandbox):\n    pass\n"
        for at, marker in enumerate(wrong)
    )
    result = run(pytester, "".join(tests))
    result.assert_outcomes(errors=3)
    for text in wrong.values():
        assert text in result.stdout.str()


def test_the_marker_is_documented(pytester):
    pytester.makeconftest(CONFTEST)
    assert "@pytest.mark.koodrive_sandbox(**configuration)" in pytester.runpytest_subprocess("--markers").stdout.str()


def test_the_fixtures_need_the_plugin(pytester):
    pytester.makepyfile("def test_it(koodrive_sandbox):\n    pass\n")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    assert "fixture 'koodrive_sandbox' not found" in result.stdout.str()


def test_many_tests_hold_no_sockets(pytester):
    run(
        pytester,
        """
import os

@pytest.mark.parametrize("at", range(40))
def test_it(koodrive_client, at):
    koodrive_client.send(call)
    if os.path.isdir("/proc/self/fd"):
        assert len(os.listdir("/proc/self/fd")) < 30
""",
    ).assert_outcomes(passed=40)
