"""Every expected refusal: one family, each with a stable code and one public sentence."""


class Refusal(Exception):
    """An expected no. ``code`` is stable and public; ``sentence`` names nobody."""

    code = "REFUSED"
    sentence = "This cannot be done."

    def __init__(self) -> None:
        super().__init__(self.code)


class BadRequest(Refusal):
    """The question itself is wrong; asking again will not help."""

    code = "BAD_REQUEST"
    sentence = "The request is not of the documented form."


class BodyNotJson(BadRequest):
    """The body is no JSON, or nested beyond reason."""

    code = "BODY_NOT_JSON"
    sentence = "The body is not a JSON document."


class BodyNotAsDocumented(BadRequest):
    """Members are unknown, repeated, missing or of another type."""

    code = "BODY_NOT_AS_DOCUMENTED"
    sentence = "The body must have exactly the documented members, each once."


class AddressInvalid(BadRequest):
    """The text is no e-mail address."""

    code = "ADDRESS_INVALID"
    sentence = "This is not an e-mail address."


class AuthorizationNotAccepted(BadRequest):
    """Tokens are not switched on, so one that is sent was sent by mistake."""

    code = "AUTHORIZATION_NOT_ACCEPTED"
    sentence = "This route takes no Authorization header."


class EventMalformed(BadRequest):
    """A signed event lacks what its type must have."""

    code = "EVENT_MALFORMED"
    sentence = "The event lacks something that its type must have."

    def __init__(self, event: str = "") -> None:
        super().__init__()
        self.event = event


class SignatureInvalid(Refusal):
    """No configured secret vouches for these bytes at this time."""

    code = "SIGNATURE_INVALID"
    sentence = "The signature is missing, stale or not ours."


class SignedOut(Refusal):
    """Nobody is signed in, or no longer."""

    code = "SIGNED_OUT"
    sentence = "Sign in to go on."


class NotFromOurPage(Refusal):
    """A form or a change that a page of ours did not ask for."""

    code = "NOT_FROM_OUR_PAGE"
    sentence = "This was not sent by a page of ours. Load the page again."


class NotFound(Refusal):
    """Nothing of that name, or nothing that the asker may see."""

    code = "NOT_FOUND"
    sentence = "There is nothing here."


class MethodNotAllowed(Refusal):
    """The route exists for other methods."""

    code = "METHOD_NOT_ALLOWED"
    sentence = "This route takes another method."

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__()
        self.allowed = allowed


class BodyTooLarge(Refusal):
    """The body is larger than anything this route is for."""

    code = "BODY_TOO_LARGE"
    sentence = "The body is too large."


class MediaTypeUnsupported(Refusal):
    """The body is declared as something this route does not read."""

    code = "MEDIA_TYPE_UNSUPPORTED"
    sentence = "The body must be application/json or text/plain."


class TooManyRequests(Refusal):
    """The budget of this source or this address is spent for now."""

    code = "TOO_MANY_REQUESTS"
    sentence = "Too many requests. Try again later."

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Misconfigured(Refusal):
    """Settings are missing or malformed; the log names them."""

    code = "MISCONFIGURED"
    sentence = "The server is not configured."


class Unavailable(Refusal):
    """A party that the answer depends on did not answer; nothing is half done that a retry would not mend."""

    retry_after = 5
    code = "UNAVAILABLE"
    sentence = "The server cannot answer right now. Try again later."


class BeingErased(Unavailable):
    """The record is on its way out; whoever writes to it must come again."""

    code = "BEING_ERASED"
    sentence = "This record is being erased. Try again later."


class NotForSale(BadRequest):
    """No such plan at this marketplace, or a number of seats that is not sold like this."""

    code = "NOT_FOR_SALE"
    sentence = "This is not for sale like this."


class ClaimRefused(Refusal):
    """The one answer to every claim that does not succeed, so that nothing can be learnt from it."""

    code = "CLAIM_REFUSED"
    sentence = "This purchase could not be claimed. Check what was entered, or try again tomorrow."


class NotYours(Refusal):
    """The visitor is neither who bought nor for whom, or somebody else owns the purchase."""

    code = "NOT_YOURS"
    sentence = "This purchase belongs to somebody else."


class CancelElsewhere(Refusal):
    """A marketplace does not let the seller end this purchase; whoever sold it to the buyer can."""

    code = "CANCEL_ELSEWHERE"
    sentence = "This purchase can only be cancelled where it was made."


class ChangeRefused(Refusal):
    """A change that a marketplace announces and that the vendor's terms do not allow."""

    code = "CHANGE_REFUSED"
    sentence = "This change is to something that is not sold."


class SubscriptionUnclaimed(Refusal):
    """Nobody has said yet whom this purchase is for."""

    code = "SUBSCRIPTION_UNCLAIMED"
    sentence = "This purchase has no owner yet."


class SubscriptionEnded(Refusal):
    """Seats of a subscription that has ended cannot be given out."""

    code = "SUBSCRIPTION_ENDED"
    sentence = "This subscription has ended."


class SeatsNotForOthers(Refusal):
    """A purchase for oneself has a seat for its buyer and for nobody else (P09)."""

    code = "SEATS_NOT_FOR_OTHERS"
    sentence = "This purchase was made for one person and seats only its buyer."


class OtherTenant(Refusal):
    """Seats stay within the Microsoft 365 tenant they were bought for (P09)."""

    code = "OTHER_TENANT"
    sentence = "This person belongs to another Microsoft 365 organisation."


class NoAddress(Refusal):
    """Without an address of the tenant's own the add-in could not find the seat."""

    code = "NO_ADDRESS"
    sentence = "This person has no e-mail address in a verified domain of the organisation."


class NoSeatFree(Refusal):
    """Every seat that was bought is assigned."""

    code = "NO_SEAT_FREE"
    sentence = "All seats of this subscription are assigned."


class NotAnAdministrator(Refusal):
    """Seats for others are given and taken by an administrator of the tenant (P09)."""

    code = "NOT_AN_ADMINISTRATOR"
    sentence = "Only an administrator of your organisation can do this."


class SignInTooOld(SignedOut):
    """A right that may have been taken away since is believed for an hour."""

    code = "SIGN_IN_TOO_OLD"
    sentence = "Sign in again to go on: this needs a sign-in of the last hour."


class ConsentNeeded(Refusal):
    """The person has not yet allowed what this needs, or took it back."""

    code = "CONSENT_NEEDED"
    sentence = "Allow the directory to be read to go on."


class SignInFailed(Refusal):
    """A sign-in that came to nothing; ``code`` says why, from a closed list. Nothing that was answered is repeated."""

    code = "SIGN_IN_FAILED"
    sentence = "The sign-in did not work. Start again."


class SignInExpired(SignInFailed):
    """The attempt is older than ten minutes, was used already, or began in another browser."""

    code = "SIGN_IN_EXPIRED"
    sentence = "This sign-in has expired or was used already. Start again."


class SignInCancelled(SignInFailed):
    """The person said no at Microsoft."""

    code = "SIGN_IN_CANCELLED"
    sentence = "The sign-in was cancelled."


class ConsentDeclined(SignInFailed):
    """The person did not allow what was asked for."""

    code = "CONSENT_DECLINED"
    sentence = "The permission was not given. Nothing has changed."


class ApprovalRequired(SignInFailed):
    """The organisation lets only its administrators allow this."""

    code = "APPROVAL_REQUIRED"
    sentence = "Your organisation wants an administrator to approve this first."


class OtherAccount(SignInFailed):
    """A sign-in that was to widen a permission came back with somebody else."""

    code = "OTHER_ACCOUNT"
    sentence = "This was another account than the one that was signed in."


class NotInDirectory(Refusal):
    """Nobody of that name in the tenant's directory."""

    code = "NOT_IN_DIRECTORY"
    sentence = "Nobody in your organisation's directory has this address."


class SearchTooShort(BadRequest):
    """A search of the directory would find everybody."""

    code = "SEARCH_TOO_SHORT"
    sentence = "Type at least two letters."
