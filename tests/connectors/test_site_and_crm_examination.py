"""What an examination says of a GA4 property and a HubSpot portal."""

from connectors import SOURCES
from connectors.streams import Account
from tests.connectors.scripted import Answer

PROPERTY = Account("b", "ga4", "310", None, "Asia/Tokyo", "JPY", "GA4_TOKEN_B")
PORTAL = Account("b", "hubspot", "24", None, "Asia/Tokyo", "JPY", "HUBSPOT_TOKEN_B")


def found(scripted, account, answers):
    scripted.answers = answers
    source = SOURCES[account.source]
    api = source.open(scripted.url, "a-token-for-tests")
    api.sleep = lambda seconds: None
    try:
        findings = list(source.examine(api, account))
    finally:
        api.close()
    assert all(all(finding.said) and "a-token-for-tests" not in str(finding) for finding in findings)
    assert all(all(finding.remedy) for finding in findings if finding.holds is False)
    return {finding.check: finding.holds for finding in findings}


def test_a_property_in_another_zone_and_short_of_tokens_is_named(scripted):
    report = {
        "metricHeaders": [{"name": "sessions"}, {"name": "keyEvents"}],
        "rows": [{"metricValues": [{"value": "9"}, {"value": "1.5"}]}],
        "metadata": {"timeZone": "Europe/Berlin", "currencyCode": "JPY"},
        "propertyQuota": {"tokensPerHour": {"remaining": 12}},
    }
    assert found(scripted, PROPERTY, [Answer(report)]) == {
        "access": True,
        "zone": False,
        "currency": True,
        "quota": False,
        "key_events": True,
    }


def test_what_a_bare_answer_does_not_tell_is_left_open(scripted):
    bare = {"access": True, "zone": None, "currency": None, "quota": None, "key_events": None}
    assert found(scripted, PROPERTY, [Answer({})]) == bare


def test_a_refused_token_ends_the_examination_of_a_property(scripted):
    refusal = {"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "Expected OAuth 2 access token"}}
    assert found(scripted, PROPERTY, [Answer(refusal, 401)]) == {"token": False}


def test_a_portal_tells_its_scopes_id_currency_and_calls_left(scripted):
    def answer(asked):
        if "/deals" in asked.path or "/tickets" in asked.path:
            return Answer({"status": "error", "category": "MISSING_SCOPES"}, 403)
        if asked.path.endswith("/details"):
            return Answer({"portalId": 25, "companyCurrency": "JPY"})
        return Answer({"results": []}, headers={"X-HubSpot-RateLimit-Daily-Remaining": "624999"})

    assert found(scripted, PORTAL, answer) == {
        "crm.objects.contacts.read": True,
        "crm.objects.deals.read": False,
        "crm.objects.feedback_submissions.read": True,
        "tickets": None,
        "portal": False,
        "currency": True,
        "quota": True,
    }


def test_a_refused_key_ends_the_examination_of_a_portal(scripted):
    assert found(scripted, PORTAL, [Answer({"category": "INVALID_AUTHENTICATION"}, 401)]) == {"token": False}
