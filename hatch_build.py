"""Have loops and catalogues compiled when a wheel or an editable install is built."""

from __future__ import annotations

import os
import sys
import sysconfig
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "compiled"))
from build import LIBRARY, build, compiler


def _other() -> str | None:
    return os.environ.get("MODERATION_PLATFORM")


def _catalogues() -> Any:
    """`moderation/catalogues.py`, without the package that it belongs to."""
    path = Path(__file__).parent / "moderation" / "catalogues.py"
    spec = spec_from_file_location("catalogues", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts the library into the wheel, and names the wheel by its platform.

    MODERATION_PLATFORM names another platform than this machine's (see compiled/wheels.py).
    """

    def dependencies(self) -> list[str]:
        """What must be installed to build: a C compiler, if the machine has none."""
        return [] if compiler() and not _other() else ["ziglang>=0.13"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile."""
        build(platform=_other())
        catalogues = _catalogues()
        for language in (Path(self.root) / "moderation" / "locale").iterdir():
            catalogues.compile_folder(language)
        platform = _other() or sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["artifacts"].append(str(LIBRARY.relative_to(self.root)))
        build_data["artifacts"] += [f"moderation/locale/**/*.{kind}" for kind in ("mo", "json")]
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
