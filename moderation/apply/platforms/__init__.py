"""The platforms that decisions can be carried to, by the name that `--to` gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.apply.platforms.coral import CORAL
from moderation.apply.platforms.discourse import DISCOURSE
from moderation.apply.platforms.disqus import DISQUS
from moderation.apply.platforms.ghost import GHOST
from moderation.apply.platforms.github import GITHUB
from moderation.apply.platforms.handover import CSV, SQL
from moderation.apply.platforms.mastodon import MASTODON
from moderation.apply.platforms.reddit import REDDIT
from moderation.apply.platforms.webhook import WEBHOOK
from moderation.apply.platforms.wordpress_cli import WORDPRESS_CLI
from moderation.apply.platforms.wordpress_rest import WORDPRESS_REST
from moderation.apply.platforms.youtube import YOUTUBE

if TYPE_CHECKING:
    from moderation.apply.target import Platform

PLATFORMS: dict[str, Platform] = {
    "csv": CSV,
    "sql": SQL,
    "webhook": WEBHOOK,
    "wordpress-rest": WORDPRESS_REST,
    "wordpress-cli": WORDPRESS_CLI,
    "disqus": DISQUS,
    "reddit": REDDIT,
    "discourse": DISCOURSE,
    "github": GITHUB,
    "coral": CORAL,
    "mastodon": MASTODON,
    "youtube": YOUTUBE,
    "ghost": GHOST,
}
