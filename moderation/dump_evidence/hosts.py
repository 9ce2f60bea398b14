"""Find the part of a link's address that says whose site it is."""

from __future__ import annotations


def _names(joined: str) -> frozenset[str]:
    return frozenset(joined.split())


COMMON = _names(
    "github.com github.io gitlab.com bitbucket.org sourceforge.net stackoverflow.com "
    "stackexchange.com superuser.com serverfault.com askubuntu.com youtube.com youtu.be vimeo.com "
    "wikipedia.org wikimedia.org wiktionary.org archive.org archive.is archive.ph imgur.com "
    "giphy.com gyazo.com flickr.com reddit.com redd.it twitter.com x.com t.co facebook.com fb.com "
    "instagram.com linkedin.com pinterest.com tumblr.com google.com google.co.uk goo.gl apple.com "
    "microsoft.com mozilla.org amazon.com amazon.co.uk amazon.de ebay.com etsy.com paypal.com "
    "nytimes.com theguardian.com guardian.co.uk bbc.co.uk bbc.com cnn.com washingtonpost.com "
    "reuters.com wsj.com forbes.com bloomberg.com economist.com nih.gov arxiv.org doi.org "
    "jstor.org nature.com w3.org php.net python.org npmjs.com pypi.org jsfiddle.net codepen.io "
    "jsbin.com pastebin.com hastebin.com disqus.com gravatar.com wordpress.org medium.com "
    "substack.com spotify.com soundcloud.com bandcamp.com twitch.tv steampowered.com imdb.com "
    "goodreads.com discord.gg discord.com patreon.com change.org localhost "
    "ycombinator.com mastodon.social bsky.app dropbox.com yahoo.com msn.com live.com"
)
"""Sites that everybody links to: it says nothing when one of them recurs."""

SHARED = _names(
    "bit.ly tinyurl.com ow.ly is.gd buff.ly cutt.ly rb.gy shorturl.at tiny.cc t.ly adf.ly bit.do "
    "linktr.ee rebrand.ly s.id v.gd soo.gd bl.ink lnkd.in amzn.to wa.me t.me telegram.me "
    "chat.whatsapp.com docs.google.com sites.google.com forms.gle drive.google.com"
)
"""Sites on which each address belongs to somebody else."""

LETTERED = _names("co com org net gov edu ac or ne go")
"""Second-level names under a country's: `shop.co.uk` is a site, `co.uk` is not."""
HOSTED = _names("blogspot wordpress weebly wixsite tumblr livejournal typepad")


def owner(host: str, path: str) -> str:
    """The domain that a link belongs to, with its path where many share it; "" for a common one.

    host, path: lower-case. A name without a point is none.

    >>> owner("www.shop.example.co.uk", "/a"), owner("bit.ly", "/x?y"), owner("youtu.be", "")
    ('example.co.uk', 'bit.ly/x', '')
    """
    host = host.strip(".").removeprefix("www.")
    labels = host.split(".")
    if len(labels) < 2 or all(label.isdigit() for label in labels) or not labels[-1].isalpha():
        return ""
    if host in SHARED:
        end = path.partition("?")[0].rstrip("/")
        return host + end if len(end) > 1 else ""
    deep = len(labels[-1]) == 2 and labels[-2] in LETTERED
    if len(labels) > 2 and not deep and labels[-2] in HOSTED:
        return host
    domain = ".".join(labels[-3:] if deep else labels[-2:])
    return "" if domain in COMMON else domain
