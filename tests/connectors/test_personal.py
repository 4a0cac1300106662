"""What is replaced before a page is written."""

import json

import pytest

from connectors.personal import person_key, scrub, without_personal_parameters

KEY = b"a key for tests only"


def test_every_spelling_of_an_address_is_one_person():
    spellings = ["mio@example.com", " Mio@Example.COM ", "ｍｉｏ@example.com"]
    assert {person_key(one, KEY) for one in spellings} == {
        "147622f0b14981ef841d2b59c7a85fd22294fd910a06412ad79d7495f4756be8"
    }


def test_another_key_gives_another_person():
    assert person_key("mio@example.com", KEY) != person_key("mio@example.com", b"another")


def test_declared_properties_are_treated_wherever_they_stand_and_the_rest_stays():
    body = {
        "results": [
            {
                "id": "1",
                "properties": {
                    "email": "mio@example.com",
                    "firstname": "Mio",
                    "url": "https://a.example/p?utm_source=x&e=mio@example.com#top",
                    "amount": "12.50",
                    "note": "ア",
                },
            }
        ],
        "email": None,
    }
    treated = scrub(json.dumps(body).encode(), {"email": "hash", "firstname": "drop", "url": "utm_only"}, KEY)
    assert json.loads(treated) == {
        "results": [
            {
                "id": "1",
                "properties": {
                    "email": person_key("mio@example.com", KEY),
                    "firstname": None,
                    "url": "https://a.example/p?utm_source=x",
                    "amount": "12.50",
                    "note": "ア",
                },
            }
        ],
        "email": None,
    }
    assert "ア".encode() in treated


def test_a_cleared_address_is_nobody():
    assert json.loads(scrub(b'{"email": ""}', {"email": "hash"}, KEY)) == {"email": None}


def test_without_a_key_nothing_is_hashed():
    with pytest.raises(ValueError, match="without a key"):
        scrub(b"{}", {"email": "hash"}, b"")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://a.example/p", "https://a.example/p"),
        (
            "https://a.example/p?fbclid=abc&utm_content=17&utm_medium=social",
            "https://a.example/p?utm_content=17&utm_medium=social",
        ),
        ("https://a.example/u/mio@example.com/p?utm_term=mio%40example.com", "https://a.example/u//p?utm_term="),
        ("/p#utm_content=17", "/p#utm_content=17"),
        ("https://a.example/@aozora?x=1", "https://a.example/@aozora"),
        ("Summer #1", "Summer #1"),
        ("instagram", "instagram"),
        ("mio@example.com", ""),
    ],
)
def test_an_address_keeps_its_path_and_campaign_only(address, kept):
    """Row 34 of the fault matrix."""
    assert without_personal_parameters(address) == kept


def test_row_34_an_email_in_a_value_is_masked_and_rows_that_differ_in_it_alone_stay_apart():
    """Row 34 of the fault matrix."""
    values = ["spring", "mail to Mio@Example.com!", "mio%40example.com", "kai@example.com", "12.5"]
    rows = {"rows": [{"dimensionValues": [{"value": value} for value in values]}]}
    told = json.loads(scrub(json.dumps(rows).encode(), {"value": "mask"}, KEY))
    first, *rest = [one["value"] for one in told["rows"][0]["dimensionValues"]]
    mio, kai = (person_key(email, KEY)[:16] for email in ("mio@example.com", "kai@example.com"))
    assert [first, *rest[1:]] == ["spring", mio, kai, "12.5"]
    assert "@" not in rest[0] and rest[0].startswith("mail to ")
