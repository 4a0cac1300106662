"""What can go wrong with a source, each as one sentence that names the thing and the remedy.

A SourceError carries no response, address or secret, and is never raised while another exception is handled:
a traceback may be kept for ever, so nothing of the request may hang on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.http import Api
    from connectors.streams import Account, Page, Window

# What reading an answer of a shape that nobody foresaw can raise.
UNKNOWN_SHAPE = (TypeError, LookupError, AttributeError, ValueError, ArithmeticError)
Pages = Callable[["Api", "Account", "Window"], Iterator["Page"]]


class SourceError(Exception):
    """A source did not give what was asked.

    `again` says how many more tries may help, `wait_s` how long the source wants to be left alone before each
    (None: it did not say). `code`, `subcode` and `page` are what the source itself answered, where it did.
    """

    def __init__(
        self,
        message: str,
        *,
        again: int = 0,
        wait_s: float | None = None,
        code: int | None = None,
        subcode: int | None = None,
    ) -> None:
        super().__init__(message)
        self.again = again
        self.wait_s = wait_s
        self.code = code
        self.subcode = subcode
        self.page: Page | None = None


class TokenRefused(SourceError):
    """The token is missing, malformed, expired or withdrawn."""


class PermissionMissing(SourceError):
    """The token is good, but not for this."""


class QuotaExhausted(SourceError):
    """The source wants to be left alone for a while, or to be paid."""


class SourceUnavailable(SourceError):
    """The source can't be reached, broke off, or has trouble of its own."""


class UnreadableAnswer(SourceError):
    """The source answered something that is not what it promises."""


class EndlessPages(UnreadableAnswer):
    """The pages of a list come again, or never end."""


class NotTold(SourceError):
    """The source has no answer for this window, whoever asks: a day that is not over, or a present that is past."""


class RequestRefused(SourceError):
    """The source understood the request and won't answer it."""


def names_the_token(pages: Pages) -> Pages:
    """Let a refused token be named by the variable that holds it."""

    @wraps(pages)
    def named(api: Api, account: Account, window: Window) -> Iterator[Page]:
        refusal = None
        try:
            yield from pages(api, account, window)
        except TokenRefused as caught:
            refusal = TokenRefused(f"{caught} in {account.token_env}", code=caught.code, subcode=caught.subcode)
        if refusal:
            raise refusal

    return named
