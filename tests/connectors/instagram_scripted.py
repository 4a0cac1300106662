"""The account of Instagram that the tests of its connector ask about."""

from connectors.streams import Account

ACCOUNT = Account("aozora", "instagram", "17841", "aozora.coffee", "Asia/Tokyo", "JPY", "INSTAGRAM_TOKEN_AOZORA")
