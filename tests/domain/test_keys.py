"""Which of several keys is in use, and how a public key is named."""

import itertools

from shared.domain.keys import HashKey, SigningKey, encode, in_use, thumbprint

OLD, NEW, NEXT = (HashKey(name, use_from, b"\0" * 32) for name, use_from in (("old", 0), ("new", 100), ("next", 200)))


def test_the_newest_key_whose_time_has_come_is_first_in_whatever_order_they_are_given() -> None:
    for keys in itertools.permutations([OLD, NEW, NEXT]):
        assert [in_use(keys, now) for now in (-1, 0, 99.999, 100, 199, 200)] == [
            [],
            [OLD],
            [OLD],
            [NEW, OLD],
            [NEW, OLD],
            [NEXT, NEW, OLD],
        ]


def test_a_thumbprint_is_that_of_the_public_members_alone() -> None:
    public = {"kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ"}

    assert thumbprint({**public, "d": "ZA", "kid": "k", "use": "sig"}) == thumbprint(dict(reversed(public.items())))
    assert thumbprint(public) == "XsuzE82157538AHHoFSQ-ycaXD33mFy1mVFXbB4k0V4"


def test_no_private_key_shows_in_what_is_printed() -> None:
    signing = SigningKey("k", 0, {"d": "secret"}, {"x": "eA"})

    assert "secret" not in repr(signing)
    assert "\\x00" not in repr(OLD)


def test_base64url_has_no_padding_and_nothing_that_a_url_escapes() -> None:
    assert [encode(raw) for raw in (b"", b"\xff", b"\xfb\xff", b"abc")] == ["", "_w", "-_8", "YWJj"]
