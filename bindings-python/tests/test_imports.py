"""The order of the modules: no import goes in a circle, and a transport imports nothing above it.

All imports count: those within functions, those for type checkers, and the modules that ``imported`` names.
"""

import ast
import graphlib
import pathlib
import pkgutil

import koodrive
import pytest

PACKAGE = pathlib.Path(koodrive.__file__).parent

#: Modules that transports may import besides each other.
BELOW_TRANSPORTS = {"koodrive._core", "koodrive._imported"}


def modules():
    """Returns the package's modules by their full names, and the file of each."""
    files = {}
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(("koodrive", *path.relative_to(PACKAGE).with_suffix("").parts))
        files[name.removesuffix(".__init__")] = path
    return files


MODULES = modules()


def named_by(node, module):
    """Yields the full names that a statement may import, the members of modules among them."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        is_package = MODULES[module].name == "__init__.py"
        parts = module.split(".")
        start = parts[: len(parts) - node.level + is_package] if node.level else []
        base = ".".join((*start, *filter(None, (node.module,))))
        for alias in node.names:
            member = f"{base}.{alias.name}"
            yield member if member in MODULES or member == "koodrive._core" else base
    elif isinstance(node, ast.Call) and getattr(node.func, "id", None) == "imported":
        yield from (argument.value for argument in node.args if isinstance(argument, ast.Constant))


def imports(module):
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    names = {name for node in ast.walk(tree) for name in named_by(node, module)}
    return {name for name in names if name.partition(".")[0] == "koodrive"}


def test_every_import_is_of_a_module_that_is_there():
    known = {*MODULES, "koodrive._core"}
    found = {it.name for it in pkgutil.walk_packages(koodrive.__path__, "koodrive.")}
    assert MODULES.keys() == {"koodrive", *found} - {"koodrive._core"}
    assert {name for module in MODULES for name in imports(module)} <= known


def test_every_kind_of_import_is_seen():
    """Statements at the top and in functions, and names of modules."""
    seen = {of for module in MODULES for of in imports(module)}
    assert {"koodrive._core", "koodrive._errors", "koodrive.transports._stdlib", "koodrive._dispatch._blocking"} <= seen


def test_no_circle():
    order = graphlib.TopologicalSorter({module: imports(module) for module in MODULES})
    try:
        order.prepare()
    except graphlib.CycleError as circle:
        pytest.fail(" → ".join(reversed(circle.args[1])))


def test_transports_import_nothing_above_them():
    transports = {module for module in MODULES if module.startswith("koodrive.transports")}
    assert {"koodrive.transports", "koodrive.transports._stdlib", "koodrive.transports._aiohttp"} <= transports
    above = {module: imports(module) - transports - BELOW_TRANSPORTS for module in transports}
    assert {module: names for module, names in above.items() if names} == {}
