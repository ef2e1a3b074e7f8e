"""The documentation inside: what ``help`` shows of everything public, and what editors are told of it."""

import ast
import inspect
import pathlib
import pydoc
import sys

import koodrive
import koodrive.sandbox
import koodrive.spark
import koodrive.testing
import koodrive.transports
import pytest

MODULES = [koodrive, koodrive.sandbox, koodrive.spark, koodrive.testing, koodrive.transports]
PUBLIC = {f"{module.__name__}.{name}": getattr(module, name) for module in MODULES for name in module.__all__}
CLASSES = {name: value for name, value in PUBLIC.items() if isinstance(value, type)}

def members(value):
    """What a class says of itself, its base classes of this package included."""
    return {
        name: inspect.getattr_static(value, name)
        for name in dir(value)
        if not name.startswith("_") and any(name in vars(base) for base in value.__mro__ if base.__module__.startswith("koodrive"))
    }


def documented():
    for name, value in PUBLIC.items():
        if not isinstance(value, str):
            yield name, value
        if isinstance(value, type):
            for member, attribute in members(value).items():
                # The fields of errors are plain attributes: their class tells them.
                if not issubclass(value, BaseException) or callable(attribute):
                    yield f"{name}.{member}", attribute


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_documented_and_lists_what_is_public(module):
    assert module.__doc__
    assert sorted(set(module.__all__)) == sorted(module.__all__)
    unlisted = {
        name
        for name, value in vars(module).items()
        if not name.startswith(("_", "pytest_"))
        and getattr(value, "__module__", None) == module.__name__
        and name not in module.__all__
    }
    assert unlisted == set()


@pytest.mark.parametrize("name, value", list(documented()), ids=lambda value: value if isinstance(value, str) else "")
def test_it_is_documented(name, value):
    value = getattr(value, "__func__", value)
    text = inspect.getdoc(value) if inspect.ismemberdescriptor(value) else value.__doc__
    assert text, name
    summary, *rest = text.strip().splitlines()
    assert len(summary) <= 120 and summary[-1] in ".:", f"{name} begins with no sentence: {summary}"
    assert rest[:1] in ([], [""]), f"{name} has no blank line after its first sentence"


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_help_shows_what_a_class_has(name):
    shown = pydoc.render_doc(CLASSES[name], renderer=pydoc.plaintext)
    for member, attribute in members(CLASSES[name]).items():
        text = inspect.getdoc(attribute) if inspect.isdatadescriptor(attribute) or callable(attribute) else None
        if text:
            assert text.splitlines()[0].rstrip(".") in shown, member


@pytest.mark.parametrize("name, value", list(documented()), ids=lambda value: value if isinstance(value, str) else "")
def test_what_can_be_called_has_a_signature(name, value):
    if not callable(value) or (isinstance(value, type) and issubclass(value, BaseException)):
        return
    if isinstance(value, type) and value.__module__ == "koodrive" and "__new__" in vars(value) and sys.version_info < (3, 11):
        pytest.skip("the stable ABI of 3.9 has no place for the signature of a native class")
    if value is koodrive.Request:
        return  # made by a client alone
    # One that takes anything would have no names to show.
    assert not {"args", "kwargs"} & set(inspect.signature(value).parameters)


def test_the_signatures_of_native_methods():
    signatures = {
        "request": "(self, /, call, now=None, trace_id=None, date=None)",
        "parse": "(self, /, call, status, headers, body)",
        "observe_clock": "(self, /, headers, sent_at, received_at)",
    }
    assert {name: str(inspect.signature(getattr(koodrive.Client, name))) for name in signatures} == signatures


def test_editors_are_told_what_help_shows():
    """_native.pyi repeats the texts of the native classes."""
    tree = ast.parse((pathlib.Path(koodrive.__file__).parent / "_native.pyi").read_text("utf-8"))
    compared = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            native = getattr(koodrive._native, node.name)
            assert ast.get_docstring(node) == inspect.getdoc(native), node.name
            for member in node.body:
                if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                    assert ast.get_docstring(member) == inspect.getdoc(inspect.getattr_static(native, member.name)), member.name
                    compared += 1
    assert compared == 11
