"""Secrets come from the environment, or from the keyring where one is installed; never a file."""

from __future__ import annotations

import importlib
import os

from moderation.errors import ApplyError

SERVICE = "moderation"  # what the keyring knows them under


def secret(name: str) -> str:
    """The secret called so. Raises ApplyError naming it when there is none."""
    value = os.environ.get(name) or _from_keyring(name)
    if not value:
        raise ApplyError(
            f"{name} is not set; put it into the environment"
            f" (or: keyring set {SERVICE} {name}, with the keyring package installed)"
        )
    if not value.isprintable() or not value.isascii():
        raise ApplyError(f"{name} has characters that no secret of this kind has; set it again")
    return value


def _from_keyring(name: str) -> str | None:
    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        return None
    try:
        value = keyring.get_password(SERVICE, name)
    except errors.KeyringError:  # locked, or no place to keep anything
        return None
    return value if isinstance(value, str) else None
