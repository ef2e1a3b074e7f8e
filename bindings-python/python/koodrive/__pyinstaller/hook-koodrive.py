"""Most modules of koodrive are imported when they are first used, by name: PyInstaller does not find such imports by itself."""

import pkgutil

import koodrive

# Those of a test run, of Spark, and of PyInstaller are left out.
_LEFT_OUT = ("koodrive.testing", "koodrive.spark", "koodrive.__")

hiddenimports = [
    module.name for module in pkgutil.walk_packages(koodrive.__path__, "koodrive.") if not module.name.startswith(_LEFT_OUT)
]
