"""Take an option's words as they are where there is nothing to convert.

typer (from 0.20 on) converts the value of every option by pydantic, given or not. Importing that
takes 0.1 s, and 0.3 s where Python keeps no bytecode: a fifth of scoring twenty comments. Words,
lists of words and defaults need none; all else is typer's. Where a typer has no such conversion,
nothing changes.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


class _AsGiven:
    """Stands in for typer's conversion of one parameter until there is something to convert."""

    def __init__(self, convert: Any) -> None:
        self._convert = convert

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value that typer would give."""
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        described = param.type_descriptor
        if described.parameter_info.parser is None:
            wanted = described.annotation
            if wanted is str and type(value) is str:
                return value
            if wanted == list[str] and several and all(type(one) is str for one in value):
                return list(value)
            if wanted in (int, float) and type(value) in (int, float):  # given ones are strings
                return wanted(value)
        return self._convert().coerce(value, param=param, ctx=ctx)


def _sparing(params: list[Any]) -> list[Any]:
    """The parameters of a command, converting sparingly from now on."""
    for param in params:
        if hasattr(param, "get_runtime_param") and "get_runtime_param" not in vars(param):
            param.get_runtime_param = _as_given(param.get_runtime_param)
    return params


def _as_given(convert: Any) -> Any:
    return lambda: _AsGiven(convert)


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return _sparing(super().get_params(ctx))


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return _sparing(super().get_params(ctx))


class Commands(typer.Typer):
    """A group of commands whose options are taken as they are where that will do."""

    def __init__(self, **options: Any) -> None:
        super().__init__(cls=_Group, **options)

    def command(self, name: str | None = None, **options: Any) -> Any:
        """Add a command, as `typer.Typer.command`."""
        return super().command(name, cls=_Command, **options)
