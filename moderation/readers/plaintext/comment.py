"""New module."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass
class Comment:
    """A comment of the page; `depth` 1 = top level, `parent` an index into the page's comments."""

    depth: int
    parent: int | None
    text: str
    author: str | None = None
    created_at: datetime | None = None
    kind: str = "comment"
    status: str = "approved"
    warnings: list[str] = field(default_factory=list)
    path: str = ""

    @property
    def invented(self) -> bool:
        """Whether it only stands where a comment was of which the page shows the replies."""
        return self.kind == "placeholder"
