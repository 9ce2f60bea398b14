"""Imports run one way: a package imports those below it, and no modules import each other in turn.

`ORDER` is what CONTRIBUTING.md draws. Imports inside functions and for type checking count as
arrows; only what runs can close a circle.
"""

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter

import pytest
from places import ROOT

ORDER = (  # from the bottom to the top; those of one line do not import each other
    "catalogues compiled zstandard",
    "translation",
    "errors filelock terminal",
    "comments notebooks temporary",
    "tables",
    "threads",
    "features masking",
    "language readers",
    "context",
    "campaigns labels",
    "dump_evidence evidence",
    "model",
    "flags",
    "frames scoring",
    "evaluation",
    "sampling",
    "training",
    "report",
    "apply",
    "review",
    "cluster",
    "cli",
)
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names.split()}
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "moderation").rglob("*.py"))
}
TYPES = "TYPE_CHECKING"
ROOTS = {"moderation", "moderation.__main__"}  # the public names, and `python -m moderation`


def statements(node, types):
    """All statements below a node; with `types`, those for type checkers too."""
    for name in ("body", "orelse", "handlers", "finalbody", "cases"):
        if name == "body" and not types and getattr(getattr(node, "test", 0), "id", 0) == TYPES:
            continue
        below = getattr(node, name, [])
        for child in below if isinstance(below, list) else []:
            yield child
            yield from statements(child, types)


@cache
def syntax(module):
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imported(module, types=True):
    """The project's modules that a module imports, wherever it does."""
    found = set()
    for node in statements(syntax(module), types):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "moderation":
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found.update(name if name in MODULES else node.module for name in names)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names if alias.name in MODULES)
    return found - ROOTS


def package(module):
    return module.split(".")[1]


def test_every_package_has_its_place_in_the_order():
    assert {package(module) for module in MODULES.keys() - ROOTS} == set(LEVEL)


def test_no_import_points_up():
    arrows = {
        (name, target)
        for name in MODULES.keys() - ROOTS
        for target in imported(name)
        if package(name) != package(target)
    }
    assert len(arrows) > 300
    up = {(a, b) for a, b in arrows if LEVEL[package(a)] <= LEVEL[package(b)]}
    assert up == set()


def test_no_modules_import_each_other_in_turn():
    graph = {name: imported(name, types=False) for name in MODULES.keys() - ROOTS}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


def test_the_drawing_in_contributing_is_this_order():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawing = re.search(r"```imports\n(.*?)```", page, re.DOTALL)[1]
    drawn = [line.partition("  ")[0].split() for line in drawing.splitlines()]
    assert drawn == [names.split() for names in reversed(ORDER)]
