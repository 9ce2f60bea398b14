"""The few names that `import moderation` gives, each found when it is first asked for."""

import subprocess
import sys

import moderation


def test_every_public_name_is_there():
    assert moderation.__all__ == ["Dump", "Model", "ModerationError", "evaluate", "read", "thread"]
    found = [getattr(moderation, name) for name in moderation.__all__]
    assert [one.__name__ for one in found] == moderation.__all__


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, moderation; print({'numpy', 'pandas', 'pyarrow'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "set()\n"
