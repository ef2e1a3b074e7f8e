"""One Spark for all tests: four workers, each task tried at most twice."""

import os
import pathlib
import sys

import pytest
from koodrive.sandbox import Sandbox

FOLDER = pathlib.Path(__file__).resolve().parent

#: No test holds it but those that look for it.
SECRET = "planted-secret-Qx7zR2Kv9wT4"


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Where executors read the secret."""
    folder = tmp_path_factory.mktemp("executors")
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    os.environ["KOODRIVE_TEST_FOLDER"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def logs(tmp_path_factory):
    """Spark's log, and its log of events, which has the plans."""
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def spark(folder, logs):
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    # No name is looked up: a machine need not know its own.
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYTHONPATH"] = os.pathsep.join([str(FOLDER), *filter(None, [os.environ.get("PYTHONPATH")])])
    builder = SparkSession.builder.master("local[4, 2]").config(
        map={
            "spark.ui.enabled": "false",
            "spark.driver.memory": "512m",
            # These jobs are over before they are hot.
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.compress": "false",
            "spark.eventLog.dir": logs.as_uri(),
        }
    )
    # Java and the workers have these two all their lives.
    written = (logs / "spark.log").open("wb")
    kept = [os.dup(1), os.dup(2)]
    for descriptor in (1, 2):
        os.dup2(written.fileno(), descriptor)
    # Java keeps the folder, too, and writes there what is relative.
    before = os.getcwd()
    os.chdir(folder)
    try:
        session = builder.getOrCreate()
    finally:
        os.chdir(before)
        for descriptor, at in enumerate(kept, start=1):
            os.dup2(at, descriptor)
            os.close(at)
        written.close()
    session.sparkContext.setLogLevel("INFO")
    yield session
    session.stop()


@pytest.fixture
def serve():
    """Sandboxes behind a port, which every worker can reach."""
    servers = []

    def serve(**configuration):
        servers.append(Sandbox(**{"apps": {"an-app-id": SECRET}, **configuration}).serve())
        return servers[-1]

    yield serve
    for server in servers:
        server.close()
