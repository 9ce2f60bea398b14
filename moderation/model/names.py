"""Resolve a model's name to its folder."""

from __future__ import annotations

from pathlib import Path

from moderation.errors import InputError


def model_path(name: str) -> Path:
    """The folder of model `name`: a path, or a name: in models/ here, in the package, here.

    Raises InputError if no model has that name.
    """
    if "/" in name or "\\" in name or name in (".", ".."):
        return Path(name)
    package = Path(__file__).parents[1]
    folders = [Path("models") / name, package / "_models" / name, package.parent / "models" / name]
    for folder in [*folders, Path(name)]:
        if (folder / "model.json").exists():
            return folder
    known = sorted({card.parent.name for p in folders for card in p.parent.glob("*/model.json")})
    raise InputError(
        f"{name}: no such model; known here: {', '.join(known) or 'none'}; "
        "give one of them, or a model's folder"
    )
