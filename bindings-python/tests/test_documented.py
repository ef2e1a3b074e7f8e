"""The docstrings of everything public: in ``help``, and in the type stubs for editors."""

import ast
import dataclasses
import functools
import inspect
import pathlib
import pydoc

import koodrive
import koodrive.sandbox
import koodrive.spark
import koodrive.testing
import koodrive.transports
import koodrive.types
import pytest

MODULES = [koodrive, koodrive.sandbox, koodrive.spark, koodrive.testing, koodrive.transports, koodrive.types]
#: The types are for checkers: they have no signatures, and the texts of aliases are in the source, as those of fields are.
PUBLIC = {
    f"{module.__name__}.{name}": getattr(module, name)
    for module in MODULES
    if module is not koodrive.types
    for name in module.__all__
}
PACKAGE = pathlib.Path(koodrive.__file__).parent
CLASSES = {name: value for name, value in PUBLIC.items() if isinstance(value, type)}


def members(value):
    """Returns the public members of a class, including those of base classes in this package."""
    return {
        name: inspect.getattr_static(value, name)
        for name in dir(value)
        if not name.startswith("_")
        and any(name in vars(base) for base in value.__mro__ if base.__module__.startswith("koodrive"))
    }


def is_field(value, member):
    return dataclasses.is_dataclass(value) and member in {field.name for field in dataclasses.fields(value)}


def documented():
    for name, value in PUBLIC.items():
        if not isinstance(value, str):
            yield name, value
        if isinstance(value, type):
            for member, attribute in members(value).items():
                # The fields of errors and of dataclasses have their texts in the source: see below.
                if callable(attribute) or not (issubclass(value, BaseException) or is_field(value, member)):
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
        assert member in shown
        # pydoc shows the name and the type of a field, but no text, and so the value of what is neither.
        if (callable(attribute) or inspect.isdatadescriptor(attribute)) and not is_field(CLASSES[name], member):
            assert inspect.getdoc(attribute).splitlines()[0].rstrip(".") in shown, member


def called():
    """Yields the public callables, except ``Call`` and ``Request``, which users do not create."""
    for name, value in documented():
        is_error = isinstance(value, type) and issubclass(value, BaseException)
        if callable(value) and not is_error and value not in (koodrive.Call, koodrive.Request):
            yield name, value


#: Functions that take the dispatcher's options, whose names the core knows.
TAKES_ANY = {"koodrive.Client.dispatch", "koodrive.Client.adispatch", "koodrive.spark.notify"}


@pytest.mark.parametrize("name, value", list(called()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_callable_names_its_parameters(name, value):
    kinds = {parameter.kind for parameter in inspect.signature(value).parameters.values()}
    takes_any = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD} & kinds
    assert bool(takes_any) == (name in TAKES_ANY)


def test_the_signatures_of_native_methods():
    signatures = {
        "request": "(self, /, call, now=None, trace_id=None, date=None)",
        "parse": "(self, /, call, status, headers, body)",
        "observe_clock": "(self, /, headers, sent_at, received_at)",
    }
    assert {name: str(inspect.signature(getattr(koodrive.Client, name))) for name in signatures} == signatures


@functools.cache
def classes_in_the_sources():
    paths = (path for kind in ("*.py", "*.pyi") for path in PACKAGE.rglob(kind))
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    return [node for node in nodes if isinstance(node, ast.ClassDef)]


def fields_in_the_sources(name):
    """Yields, for each class of this name in the package's sources, the texts below its fields."""
    for node in classes_in_the_sources():
        if node.name == name:
            yield {
                field.target.id: ast.literal_eval(below.value) if isinstance(below, ast.Expr) else ""
                for field, below in zip(node.body, [*node.body[1:], None])
                if isinstance(field, ast.AnnAssign)
            }


@pytest.mark.parametrize("value", [it for it in CLASSES.values() if dataclasses.is_dataclass(it)], ids=lambda it: it.__name__)
def test_every_field_of_a_dataclass_has_its_text_below(value):
    (texts,) = (it for it in fields_in_the_sources(value.__name__) if it.keys() == value.__annotations__.keys())
    assert texts
    assert [name for name, text in texts.items() if not text.rstrip().endswith(".")] == []


def test_every_public_type_has_its_text():
    body = [node for name in ("_literals.py", "types.py") for node in ast.parse((PACKAGE / name).read_text("utf-8")).body]
    texts = {}
    for node, below in zip(body, [*body[1:], None]):
        if isinstance(node, ast.ClassDef):
            texts[node.name] = ast.get_docstring(node)
        elif isinstance(node, ast.AnnAssign):
            texts[node.target.id] = isinstance(below, ast.Expr) and below.value.value
    assert {name for name in koodrive.types.__all__ if not texts[name]} == set()


def texts_of_members(node):
    """Yields the names of methods, properties and fields of a class in a source, and their texts."""
    for member, below in zip(node.body, [*node.body[1:], None]):
        if isinstance(member, ast.FunctionDef):
            yield member.name, ast.get_docstring(member)
        elif isinstance(member, ast.AnnAssign) and isinstance(below, ast.Expr):
            yield member.target.id, below.value.value


def test_editors_are_told_what_help_shows():
    """_core.pyi repeats the texts of the native classes."""
    tree = ast.parse((PACKAGE / "_core.pyi").read_text("utf-8"))
    compared = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            native = getattr(koodrive._core, node.name)
            assert ast.get_docstring(node) == inspect.getdoc(native), node.name
            for name, text in texts_of_members(node):
                if text:
                    assert text == inspect.getdoc(inspect.getattr_static(native, name)), name
                    compared += 1
    assert compared == 30
