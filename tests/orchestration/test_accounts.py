from __future__ import annotations

import re
from decimal import Decimal

import pytest

from connectors.streams import Account
from orchestration import accounts
from orchestration.settings import REPOSITORY, Problem

BRAND = "brands:\n  - {brand_id: aozora, name: Aozora, zone: Asia/Tokyo, currency: JPY, accounts: [%s]}\n"
X = '{source: x, account_id: "42", handle: aozora_coffee, token_env: X_TOKEN}'


def read(tmp_path, text: str):
    path = tmp_path / "accounts.yml"
    path.write_text(text, encoding="utf-8")
    return accounts.read(path)


def test_an_account_carries_its_brands_zone_and_currency(tmp_path):
    assert read(tmp_path, BRAND % X) == (
        [Account("aozora", "x", "42", "aozora_coffee", "Asia/Tokyo", "JPY", "X_TOKEN")],
        {"aozora": "Aozora"},
    )


def test_an_instagram_account_names_its_competitors_and_hashtags_in_lower_case(tmp_path):
    watching = (
        '{source: instagram, account_id: "1", token_env: T, competitors: [Rival.Cafe], hashtags: [CoffeeTime, 珈琲]}'
    )
    ((account,), _) = read(tmp_path, BRAND % watching)
    assert (account.competitors, account.hashtags) == (("rival.cafe",), ("coffeetime", "珈琲"))


def test_an_account_of_x_may_have_prices_of_its_own_and_one_of_instagram_renews_itself_without_a_client(tmp_path):
    own = '{source: x, account_id: "1", token_env: T, prices_usd: {posts: 0.001}}'
    renewing = '{source: instagram, account_id: "2", token_env: T, refresh_token_env: T}'
    ((x, instagram), _) = read(tmp_path, BRAND % f"{own}, {renewing}")
    assert x.prices_usd == {"posts": Decimal("0.001")}
    assert (instagram.refresh_token_env, instagram.client_id_env) == ("T", None)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ("source: instagram, hashtags: ['#coffee']", "hashtags.0"),
        (f"source: instagram, hashtags: {[f't{n}' for n in range(31)]}", "at most 30"),
        ("source: instagram, competitors: ['a b']", "competitors.0"),
        ("source: x, competitors: [rival]", "belong to an account of instagram, not of x"),
        ("source: instagram, prices_usd: {posts: 0.001}", "prices_usd belongs to an account of x"),
        ("source: x, prices_usd: {likes: 0.001}", "prices_usd.likes"),
        ("source: x, prices_usd: {posts: -1}", "prices_usd.posts"),
    ],
)
def test_what_cannot_be_watched_is_refused_by_name(tmp_path, more, named):
    with pytest.raises(Problem, match=named):
        read(tmp_path, BRAND % ('{account_id: "1", token_env: T, ' + more + "}"))


def test_the_repositorys_own_file_is_good():
    listed, names = accounts.read(REPOSITORY / "accounts.yml")
    assert len(listed) == 8
    assert names == {"aozora": "Aozora Coffee", "nordlicht": "Nordlicht Outdoor"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("brands: [", "is not readable YAML at line 1"),
        ("brands: []", "brands: List should have at least 1 item"),
        ("marken: []", "brands: Field required"),
        (BRAND % X.replace("source: x", "source: myspace"), "accounts.0.source: unknown source 'myspace'"),
        (BRAND % X.replace("X_TOKEN", "my token"), "accounts.0.token_env"),
        (BRAND.replace("Asia/Tokyo", "Tokio") % X, "unknown zone 'Tokio'"),
        (BRAND.replace("JPY", "Yen") % X, "brands.0.currency"),
        (BRAND % X.replace("X_TOKEN", "X_TOKEN, client_id_env: ID"), "refresh_token_env and client_id_env go together"),
        (BRAND.replace("JPY,", "JPY, monthly_budget_usd: -1,") % X, "brands.0.monthly_budget_usd"),
        (BRAND % f"{X}, {X}", "account x 42 is listed twice"),
        ("- 1\n- 2", "the top level"),
    ],
)
def test_a_malformed_file_is_refused_naming_file_entry_and_remedy(tmp_path, text, named):
    with pytest.raises(Problem, match=re.escape(named)) as refusal:
        read(tmp_path, text)
    assert str(tmp_path / "accounts.yml") in str(refusal.value)
    assert "run again" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(Problem, match=r"nowhere\.yml is missing"):
        accounts.read(tmp_path / "nowhere.yml")


BRANDS = "brands:\n- {brand_id: a, name: A, zone: UTC, currency: EUR, accounts: ["


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the top level"),
        ("brands:\n\t- {}\n", "at line 2 (found character '\\t' that cannot start any token)"),
        (BRANDS + "{source: tiktok, account_id: '1', token_env: T}]}", "unknown source 'tiktok', known are ga4"),
        (BRANDS + "{source: x, account_id: 17841, token_env: T}]}", "write the id in quotes"),
        (BRANDS + "{source: x, account_id: '1', token_env: T, token_env: U}]}", "key token_env stands twice"),
        (BRANDS + "{source: x, account_id: '1', handle: h, token_env: T}," * 2 + "]}", "account x 1 is listed twice"),
        (
            BRANDS
            + "{source: x, account_id: '1', handle: h, token_env: T},"
            + "{source: x, account_id: '2', handle: H, token_env: T}]}",
            "handle x h is listed twice",
        ),
        ("[" * 5000, "is not readable YAML"),
        ("!!python/object/apply:os.system ['true']", "is not readable YAML at line 1"),
    ],
)
def test_garbage_is_one_sentence_with_its_place(tmp_path, text, words):
    path = tmp_path / "accounts.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Problem) as caught:
        accounts.read(path)
    assert words in str(caught.value)


def test_what_accounts_share_may_be_written_once(tmp_path):
    text = BRANDS + "&one {source: x, account_id: '1', token_env: T}, {<<: *one, account_id: '2'}]}"
    assert [(one.account_id, one.token_env) for one in read(tmp_path, text)[0]] == [("1", "T"), ("2", "T")]
