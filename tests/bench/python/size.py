"""Prints the installed size of packages with their dependencies: ``python size.py PACKAGE…``.

Bytecode counts as well.
"""

import json
import sys
from importlib.metadata import distribution

from pip._vendor.packaging.requirements import Requirement


def required(name, found):
    """Adds the distribution ``name`` and all its dependencies to ``found``."""
    it = distribution(name)
    name = it.name.lower().replace("_", "-")
    if name in found:
        return
    found[name] = it
    for line in it.requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            required(requirement.name, found)


for name in sys.argv[1:]:
    found = {}
    required(name, found)
    size = sum(file.locate().stat().st_size for it in found.values() for file in it.files)
    more = f", with {len(found) - 1} packages more" if len(found) > 1 else ""
    print(json.dumps({"operation": "pip installed", "peer": name + more, "unit": "bytes", "value": size}))
