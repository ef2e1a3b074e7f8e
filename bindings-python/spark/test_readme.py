"""The README's example, run as it stands there: a module for executors, and the program."""

import pathlib
import re

from koodrive.sandbox import Sandbox

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"


def test_the_example(spark, monkeypatch, tmp_path, capsys):
    module, program = re.findall(r"^```python spark\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / re.match(r"# (\w+\.py)", module)[1]).write_text(module, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    sandbox = Sandbox()
    with sandbox.serve() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
            # The executors are already running.
            monkeypatch.setitem(spark.sparkContext.environment, name, value)
        exec(compile(program, "README.md", "exec"), {"__name__": "__main__"})
    shown = capsys.readouterr().out
    assert re.search(r"delivered\|\s*2\|", shown), shown
    assert [call.package_id for call in sandbox.accepted()] == ["14", "14"]
