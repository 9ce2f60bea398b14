"""Every JSON format we read, one row each: what its comments look like and where their fields are.

The rows stand in `social` and `sites`. To add one: a row there, a sample under
tests/samples, and the tests find both. The order matters only where one format's objects are
also another's: the first row that fits has the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moderation.readers.json.read import read_format
from moderation.readers.json.sites import SITES
from moderation.readers.json.social import SOCIAL
from moderation.readers.json.systems.apis import APIS
from moderation.readers.json.systems.blogs import BLOGS
from moderation.readers.json.systems.chats import CHATS
from moderation.readers.json.systems.messengers import MESSENGERS
from moderation.readers.json.systems.networks import NETWORKS
from moderation.readers.json.systems.video import VIDEO
from moderation.readers.json.text import first_values
from moderation.readers.json.walk import claims, empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.comments import Batch
    from moderation.readers.json.shape import JsonFormat
    from moderation.readers.source import Source

_PLACE = re.compile(r"\d+(-\d+)*(r\d+)?")  # 1-2-1: the first reply to the second reply to 1
_ROWS = (*CHATS, *MESSENGERS, *SITES, *SOCIAL, *VIDEO, *NETWORKS, *BLOGS, *APIS)

FORMATS: dict[str, JsonFormat] = {shape.name: shape for shape in _ROWS}


def which(source: Source) -> str | None:
    """The name of the format that a file is of; None where it is of none of these."""
    if "json format" not in source.memo:
        known = source.is_json and not source.mapping  # whoever names the fields is right
        source.memo["json format"] = _which(source) if known else None
    name: str | None = source.memo["json format"]
    return name


def _which(source: Source) -> str | None:
    for shape in _ROWS:
        alone = len(first_values(source)) == 1
        if shape.stem and not (alone and _PLACE.fullmatch(source.stem)):
            continue
        if claims(source, shape) and not (shape.name == "reddit" and flat_reddit(source)):
            return shape.name
    return next((shape.name for shape in _ROWS if empty(source, shape)), None)


def flat_reddit(source: Source) -> bool:
    """Reddit comments one by one, not in a listing: rows for the table reader."""
    roots = first_values(source)
    return bool(roots) and all(
        isinstance(root, dict) and "link_id" in root and not isinstance(root.get("replies"), dict)
        for root in roots[:20]
    )


def detect(source: Source, name: str) -> str | None:
    """Why the file is of the format `name`, or None."""
    if which(source) != name:
        return None
    shape = FORMATS[name]
    return f"JSON objects with {', '.join(shape.keys).replace('|', ' or ')}"


def read(source: Source, name: str) -> Iterator[Batch]:
    """The batches of a file of the format `name`."""
    return read_format(source, FORMATS[name])
