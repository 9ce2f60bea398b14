"""A model small enough to train in a test: 240 made-up comments, three labels."""

import itertools

import pandas as pd

from moderation.features.phrases import Lexicon
from moderation.labels.read import label_frame
from moderation.training.recipe import Recipe, Settings

PRAISE = ("lovely", "clear", "useful", "thoughtful", "funny")
THINGS = ("recipe", "article", "photo", "song", "report", "answer", "map", "talk")
OFFERS = ("earn", "win", "get")
PLACES = ("http://cash.example", "www.pills.example", "bonus.example/now")
INSULTS = ("idiot", "moron", "loser", "clown", "fool")


def rows():
    calm = [
        (f"What a {praise} {thing}, thank you number {k}", 0, 0, "site-a")
        for k, (praise, thing) in enumerate(itertools.product(PRAISE, THINGS * 2))
    ]
    adverts = [
        (f"{offer} ${100 * k + 50} a day from home, visit {place} today", 1, 0, "site-b")
        for k, (offer, place) in enumerate(itertools.product(OFFERS * 5, PLACES))
    ]
    rude = [
        (f"You are a {one} and a {other}, nobody likes your {thing}", 0, 1, "site-a")
        for one, other, thing in itertools.product(INSULTS, INSULTS, THINGS[:2])
        if one != other
    ]
    return calm + adverts + rude


def table():
    frame = pd.DataFrame(rows(), columns=["text", "spam", "abuse", "source"])
    frame["spam"] = frame["spam"].where(frame.index % 7 != 3)
    return label_frame(frame, "made up")


def recipe():
    return Recipe(default=Settings(cost=4.0, goal="precision >= 0.9"), bits=12, min_df=1)


def lexicon():
    return Lexicon.of({"insult": INSULTS, "addressee": ("you", "your"), "being": ("are", "is")})


def trained(seed=0, threads=1):
    from moderation.training.train import train

    return train(table(), recipe=recipe(), lexicon=lexicon(), seed=seed, threads=threads)
