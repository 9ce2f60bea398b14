"""What has the form of personal data is found, and what only looks so is not."""

import pytest

from moderation.masking.patterns import CARD, EMAIL, IBAN, IP, PARAMETERS, PERSON, PHONE, matches


def kinds(text):
    return [(text[one.start : one.end], one.kind) for one in matches(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail a.b+c@x-y.co.uk.", [("a.b+c@x-y.co.uk", EMAIL)]),
        ("<Ann@Example.ORG>", [("Ann@Example.ORG", EMAIL)]),
        ("ann at example dot com", [("ann at example dot com", EMAIL)]),
        ("ann [at] mail(dot)example[.]de", [("ann [at] mail(dot)example[.]de", EMAIL)]),
        ("jörg@müller.de", [("jörg@müller.de", EMAIL)]),
        ("_ann@example.com_", [("_ann@example.com", EMAIL)]),
        ("ann@example.com--thanks", [("ann@example.com", EMAIL)]),
        (f"{'-' * 80}ann@example.com", [("ann@example.com", EMAIL)]),
        ("ann@xn--e1afmkfd.xn--p1ai", [("ann@xn--e1afmkfd.xn--p1ai", EMAIL)]),
        ("ann\uff20example.com", [("ann\uff20example.com", EMAIL)]),
        ("?to=ann%40example.com", [("ann%40example.com", EMAIL)]),
        ("2001:db8::1: no route", [("2001:db8::1", IP)]),
        ("::ffff:192.0.2.128.", [("::ffff:192.0.2.128", IP)]),
        ("[fe80::1%eth0]:80", [("fe80::1", IP)]),
        ("_10.1.2.3_", [("10.1.2.3", IP)]),
        ("192.168.0.1:8080", [("192.168.0.1", IP)]),
        ("from 2001:db8::8a2e:370:7334 and ::1", [("2001:db8::8a2e:370:7334", IP)]),
        ("DE89 3704 0044 0532 0130 00 is mine", [("DE89 3704 0044 0532 0130 00", IBAN)]),
        ("gb82west12345698765432", [("gb82west12345698765432", IBAN)]),
        ("4111-1111-1111-1111", [("4111-1111-1111-1111", CARD)]),
        ("3782 822463 10005", [("3782 822463 10005", CARD)]),
        ("call 5551234567", [("5551234567", PHONE)]),
        ("+49 30 1234567", [("+49 30 1234567", PHONE)]),
        ("(555) 010-9999!", [("(555) 010-9999", PHONE)]),
        ("+49\u00a030\u202f123456", [("+49\u00a030\u202f123456", PHONE)]),
        ("\uff0b49 30 123456", [("\uff0b49 30 123456", PHONE)]),
        ("01.23.45.67.89", [("01.23.45.67.89", PHONE)]),
        ("+1-555-010-9999x12", [("+1-555-010-9999x12", PHONE)]),
        ("06 12 34 56 78", [("06 12 34 56 78", PHONE)]),
        ("https://x.org/a?token=1#top", [("token=1#top", PARAMETERS)]),
        ("(see www.x.org/#key=1).", [("key=1", PARAMETERS)]),
        ("@ann_s and u/bob, hi", [("@ann_s", PERSON), ("u/bob", PERSON)]),
        ("@ann@mastodon.social", [("@ann@mastodon.social", PERSON)]),
    ],
)
def test_personal_data_is_found(text, expected):
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "on 2024-05-06 12:30:45 and 06.05.2024, 5/6/24",
        "1939-1945, 2019-2020",
        "order 4711000123, invoice 20240506123",
        "10.000.000 or 1,000,000 or 3.14159265",
        "it costs 3980-2500=1480, and 920-2450 = less",
        "is cf36 and never heard back",
        "version 1.2.3.4, v. 10.0.1.2",
        "at 12:30:45 or std::vector a::b",
        "version 1.2.3.4.5 and 999.1.1.1",
        "4111 1111 1111 1112 has a wrong last digit",
        "GB82 WEST 1234 5698 7654 33 as well",
        "look at example.com, look at this dot",
        "a@b, 5 @ 3, @ home",
        "https://x.org/a/b and https://x.org/a#L103",
    ],
)
def test_what_only_looks_so_is_left(text):
    assert kinds(text) == []


def test_one_value_however_it_is_spelt():
    spellings = ["ann@example.com", "ANN@EXAMPLE.COM", "ann (at) example (dot) com"]
    assert {matches(text)[0].value for text in spellings} == {"ann@example.com"}
    assert {matches(text)[0].value for text in ["4111111111111111", "4111 1111 1111 1111"]} == {
        "4111111111111111"
    }


def test_nothing_found_lies_within_another():
    text = "https://x.org/?mail=ann@example.com&ip=10.0.0.1 +49 30 1234567@x 4111111111111111@a.de"
    found = matches(text)
    ends = [one.end for one in found]
    assert all(one.start >= end for one, end in zip(found[1:], ends, strict=False))
    assert len(found) >= 3


@pytest.mark.parametrize(
    "piece",
    ["a@", "a.", "1 ", "DE12 ", "http://a?", ":", "a:", "at ", "x [at] ", "@a", "<PERSON:", "(",
     "+1(", "u/a", "1.1.1.1.", "x@a.", "b.", "john at ", "1-", "a", "0 0", "\u202e1", "４１"],
)  # fmt: skip
def test_a_megabyte_of_anything_is_looked_through(piece):
    # Where a pattern began anew at every place of it, each of these would take minutes.
    text = piece * (1_000_000 // len(piece))
    assert sum(one.end - one.start for one in matches(text)) <= len(text)
