"""The local review application: the report's page, served, with every decision in the ledger."""

from moderation.report.paged import open_scored
from moderation.review.serve import Access, serve

__all__ = ["Access", "open_scored", "serve"]
