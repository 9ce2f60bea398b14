"""A scored table in, one self-contained HTML file out: summarise, then render."""

from moderation.report.render import write_report

__all__ = ["write_report"]
