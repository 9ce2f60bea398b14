"""Tell whether an author's name is an advert, an offer, a link, or just a name."""

from __future__ import annotations

import re

ORDINARY, ADVERT, LINK, OFFER = range(4)

_LINK = re.compile(r"(?i)https?://|<a\s|\bwww\.[a-z0-9-]+\.|\.html?\b")
_TRADE = re.compile(
    r"(?i)\b(?:buy|buying|cheap(?:est)?|wholesale|discount(?:s|ed)?|outlet|replicas?|for sale|"
    r"on sale|free shipping|best price|prices?|coupons?|promo|deals?|offers?|online|download|"
    r"store|shop|shopping|suppliers?|manufacturers?|dealers?|"
    r"services?|company|agency|solutions|experts?|consultants?|support|helpline|customer care|"
    r"casinos?|poker|betting|slots?|viagra|cialis|pharmacy|pills?|steroids?|cbd|escorts?|"
    r"call girls?|dating|porn|xxx|sex|loans?|payday|insurance|mortgage|forex|crypto trading|seo|"
    r"backlinks?|web ?design(?:er)?|web ?development|logos?|sunglasses|"
    r"marketing|essays?|assignments?|dissertations?|"
    r"homework|thesis|writers?|movers|packers|plumb(?:er|ers|ing)|roofing|locksmith|"
    r"repairs?|pest control|cleaning|limo|rentals?|real estate|contractors?|"
    r"jerseys?|handbags?|sneakers|snapback|moncler|louboutin|louis vuitton|nike|adidas|"
    r"weight loss|remed(?:y|ies)|diet|acne|hair loss|airlines?|tickets|visa|hotels?|tours|"
    r"streaming|watch free|full movie|apk|mod menu|hacks?|cheats?|spell caster|reviews?)\b"
)
_SALE = re.compile(
    r"(?i)\b(?:buy|buying|cheap(?:est)?|wholesale|discount(?:s|ed)?|outlet|replicas?|for sale|"
    r"on sale|free shipping|best price|coupons?|promo|deals?|offers?|online|download)\b"
)
_MOST = 200  # characters of a name that count


def name_kind(name: str) -> int:
    """What a name is.

    ADVERT: two words or more, one of them of trade, as firms and keywords have. OFFER: two
    different ones and a sale, as no firm calls itself.

    >>> [name_kind(name) for name in ("Ann Lee", "Leeds Web Design", "http://a.example/x")]
    [0, 1, 2]
    >>> name_kind("cheap jerseys online")
    3
    """
    name = name[:_MOST]
    if _LINK.search(name):
        return LINK
    trades = {found.lower() for found in _TRADE.findall(name)} if " " in name.strip() else set()
    if len(trades) > 1 and _SALE.search(name):
        return OFFER
    return ADVERT if trades else ORDINARY
