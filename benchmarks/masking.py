"""Recall of the masking against Presidio's own rules, on texts made for it.

    python -m benchmarks.masking [--texts 20000] [--seed 0]

Each text is a sentence of ours with one address or number in one of the spellings that people use.
What Presidio's pattern recognisers find with the score they give by themselves counts; a find is
covered when all of its letters and digits are masked. Needs `pip install presidio-analyzer`, which
is no dependency: none of its rules is in the program.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter

from moderation.masking.patterns import CARD, EMAIL, IBAN, IP, PHONE, matches

SENTENCES = (
    "Write to {} before Friday.",
    "{} is mine, thanks",
    "my number/address: {}",
    "Sent from ({}), as always.",
    "see {}, then tell me what you think!",
    "<{}>",
    "I gave them {} and never heard back. Did you?",
)
IBANS = {"DE": 18, "FR": 23, "GB": 18, "NL": 14, "ES": 20, "NO": 11, "PL": 24, "CH": 17, "MT": 27}
CARDS = (("4", 16), ("51", 16), ("37", 15), ("6011", 16), ("2221", 16), ("4", 13))
FORMS = (
    "+49 30 #######",
    "+1 (###) ###-####",
    "(###) ###-####",
    "###-###-####",
    "###.###.####",
    "0# ## ## ## ##",
    "+44 20 #### ####",
    "00 41 44 ### ## ##",
    "+33#########",
)
TOPS = ("com", "de", "co.uk", "museum", "org", "info", "com.br", "io", "travel")


def email(rng: random.Random) -> str:
    """A mailbox."""
    local = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=rng.randint(1, 12)))
    if rng.random() < 0.5:
        local += rng.choice(".-_+") + rng.choice(["x", "news", "77"])
    host = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz-", k=rng.randint(2, 12))).strip("-")
    made = f"{local}@{host or 'a'}.{rng.choice(TOPS)}"
    return rng.choice([made, made.upper(), f"mailto:{made}"])


def address(rng: random.Random) -> str:
    """An IP address of either version."""
    if rng.random() < 0.5:
        return ".".join(str(rng.randint(0, 255)) for _ in range(4))
    groups = [f"{rng.randint(0, 65535):x}" for _ in range(8)]
    if rng.random() < 0.5:
        at = rng.randint(1, 5)
        return ":".join(groups[:at]) + "::" + ":".join(groups[at + 2 :])
    return ":".join(groups)


def iban(rng: random.Random) -> str:
    """An account number whose check digits are right."""
    country, length = rng.choice(list(IBANS.items()))
    letters = "0123456789ABCDEFGHIJ" if country in {"GB", "NL", "FR", "MT"} else "0123456789"
    account = "".join(rng.choices(letters, k=length))
    rest = "".join(str(int(sign, 36)) for sign in f"{account}{country}00")
    code = f"{country}{98 - int(rest) % 97:02d}{account}"
    return code if rng.random() < 0.5 else " ".join(code[k : k + 4] for k in range(0, len(code), 4))


def card(rng: random.Random) -> str:
    """A card number whose last digit is right."""
    prefix, length = rng.choice(CARDS)
    digits = prefix + "".join(rng.choices("0123456789", k=length - len(prefix) - 1))
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    digits += str(-sum(number // 10 + number % 10 for number in doubled) % 10)
    joint = rng.choice(["", " ", "-"])
    return joint.join(digits[k : k + 4] for k in range(0, len(digits), 4)) if joint else digits


def phone(rng: random.Random) -> str:
    """A telephone number as people write them in several countries."""
    form = rng.choice(FORMS)
    return "".join(rng.choice("23456789") if sign == "#" else sign for sign in form)


MAKERS = {EMAIL: email, IP: address, IBAN: iban, CARD: card, PHONE: phone}


def main() -> None:
    """Print a table: by kind, what Presidio finds, what of it is masked, what was put in."""
    from presidio_analyzer.predefined_recognizers import (
        CreditCardRecognizer,
        EmailRecognizer,
        IbanRecognizer,
        IpRecognizer,
        PhoneRecognizer,
    )

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    peers = {
        EMAIL: EmailRecognizer(),
        IP: IpRecognizer(),
        IBAN: IbanRecognizer(),
        CARD: CreditCardRecognizer(),
        PHONE: PhoneRecognizer(),
    }
    counts: Counter[tuple[str, str]] = Counter()
    missed: dict[str, list[str]] = {kind: [] for kind in peers}
    seconds = [0.0, 0.0]
    for _ in range(options.texts):
        kind = rng.choice(list(MAKERS))
        value = MAKERS[kind](rng)
        text = rng.choice(SENTENCES).format(value)
        begin = time.process_time()
        found = {at for one in matches(text) for at in range(one.start, one.end)}
        middle = time.process_time()
        theirs = peers[kind].analyze(text, [kind], nlp_artifacts=None)
        seconds[0] += middle - begin
        seconds[1] += time.process_time() - middle
        start = text.index(value)
        counts[kind, "put in"] += 1
        counts[kind, "masked"] += _covers(found, text, start, start + len(value))
        for one in theirs:
            counts[kind, "theirs"] += 1
            if _covers(found, text, one.start, one.end):
                counts[kind, "both"] += 1
            else:
                missed[kind].append(text)
    print(f"{'kind':14} {'put in':>7} {'masked':>7} {'Presidio finds':>15} {'of these masked':>16}")
    for kind in peers:
        put_in, theirs = counts[kind, "put in"], counts[kind, "theirs"]
        own, share = counts[kind, "masked"] / put_in, counts[kind, "both"] / max(theirs, 1)
        print(f"{kind:14} {put_in:7,} {own:7.1%} {theirs:15,} {share:16.1%}")
    ours, peer = seconds
    print(f"processor time: {ours:.2f} s, Presidio (one recogniser a text) {peer:.2f} s")
    for kind, texts in missed.items():
        print(f"{kind}: {texts[:5]}")


def _covers(found: set[int], text: str, start: int, end: int) -> bool:
    """Whether all letters and digits of a stretch are masked; `mailto:` need not be."""
    start += len("mailto:") if text.startswith("mailto:", start) else 0
    return all(at in found for at in range(start, end) if text[at].isalnum())


if __name__ == "__main__":
    main()
