"""Names the modules that koodrive imports on first use, since PyInstaller does not find such imports."""

import pkgutil

import koodrive

# These modules need pytest, Spark or PyInstaller.
_LEFT_OUT = ("koodrive.testing", "koodrive.spark", "koodrive.__")

hiddenimports = [
    module.name for module in pkgutil.walk_packages(koodrive.__path__, "koodrive.") if not module.name.startswith(_LEFT_OUT)
]
