# SPDX-License-Identifier: MIT
# What Entra says when a person's sign-in or a person's token is refused: a table of codes.
# Knows nothing of when each is due; signin, authorize and entra_users decide that.

import dataclasses
import datetime
import json

import entra_errors
from anchors import recorded, unanchored

SHEET = "sheet 1.9 gives the code; shape of E4, words from memory"
GENERAL = "general knowledge of the code; shape of E4"
MFA = ("you must use multi-factor authentication to access '{resource}'.")
ENROLL = ("Due to a configuration change made by your administrator, or because you moved to a "
          "new location, you must enroll in multi-factor authentication to access '{resource}'.")
SIGN_IN_CODES = (50053, 50055, 50057)
MFA_CODES = (50072, 50074, 50076, 50078, 50079, 50158)
ORDERED = (*SIGN_IN_CODES, *MFA_CODES, 16000, 50020, 50097, 50105, 50129, 50131, 53000, 53001,
           53003, 530003, 530032, 500212, 65001, 90094)


@dataclasses.dataclass
class Row:
    """`anchor` is a recording's id, or the reason why there is none."""
    anchor: str
    error: str
    sentence: str
    suberror: str = ""
    uri: bool = True


def _mfa(sentence):
    return Row(SHEET, "invalid_grant", sentence, "basic_action")


def _device(sentence):
    return Row(SHEET, "interaction_required", sentence, "message_only")


TABLE = {
    16000: Row(SHEET, "interaction_required", "User account '{upn}' from identity provider "
               "'live.com' does not exist in tenant 'Microsoft Services' and cannot access the "
               "application '{app}' in that tenant."),
    50011: Row(SHEET, "invalid_request", "The redirect URI '{redirect}' specified in the request "
               "does not match the redirect URIs configured for the application '{app}'. Make "
               "sure the redirect URI sent in the request matches one added to your application "
               "in the Azure portal."),
    50020: Row(SHEET, "interaction_required", "User account '{upn}' from identity provider "
               "'{idp}' does not exist in tenant '{tenant}' and cannot access the application "
               "'{app}' in that tenant. The account needs to be added as an external user in "
               "the tenant first. Sign out and sign in again with a different Azure Active "
               "Directory user account."),
    50034: Row(SHEET, "invalid_grant", "The user account {{EUII Hidden}} does not exist in the "
               "{tenant} directory. To sign into this application, the account must be added to "
               "the directory."),
    50053: Row(SHEET, "invalid_grant", "The account is locked, you've tried to sign in too many "
               "times with an incorrect user ID or password."),
    50055: Row(SHEET, "invalid_grant", "The password is expired.", "user_password_expired"),
    50057: Row(SHEET, "invalid_grant", "The user account is disabled."),
    50058: Row(SHEET, "login_required", "A silent sign-in request was sent but no user is signed "
               "in."),
    50072: _mfa(ENROLL),
    50074: _mfa("Strong Authentication is required."),
    50076: Row("E12", "invalid_grant", "Due to a configuration change made by your "
               "administrator, or because you moved to a new location, " + MFA, "basic_action"),
    50078: _mfa("Presented multi-factor authentication has expired due to policies configured "
                "by your administrator, " + MFA),
    50079: _mfa(ENROLL),
    50097: _device("Device authentication is required."),
    50105: Row(SHEET, "interaction_required", "Your administrator has configured the application "
               "{name} ('{app}') to block users unless they are specifically granted "
               "('assigned') access to the application."),
    50126: Row("E14", "invalid_grant", "Error validating credentials due to invalid username or "
               "password."),
    50129: _device("Device is not workplace joined. Workplace join is required to register the "
                   "device."),
    50131: _device("Device is not in required device state: known. Or, the request was blocked "
                   "due to suspicious activity, access policy, or security policy decisions."),
    50147: Row(GENERAL, "invalid_request", "Missing code challenge: this client must send "
               "code_challenge with the method S256."),
    50158: _mfa("External security challenge was not satisfied."),
    50173: Row("E11", "invalid_grant", "The provided grant has expired due to it being revoked, "
               "a fresh auth token is needed. The user might have changed or reset their "
               "password. The grant was issued on '{issued}' and the TokensValidFrom date "
               "(before which tokens are not valid) for this user is '{valid}'.", "bad_token"),
    50194: Row(SHEET, "invalid_request", "Application '{app}'({name}) is not configured as a "
               "multi-tenant application. Usage of the /common endpoint is not supported for "
               "such apps created after '10/15/2018'. Use a tenant-specific endpoint or "
               "configure the application to be multi-tenant."),
    53000: _device("Device is not in required device state: {{state}}. Conditional Access policy "
                   "requires a compliant device, and the device is not compliant."),
    53001: _device("Device is not in required device state: {{state}}. Conditional Access policy "
                   "requires a domain joined device, and the device is not domain joined."),
    53003: Row("E13", "interaction_required", "Access has been blocked by Conditional Access "
               "policies. The access policy does not allow token issuance.", "message_only"),
    530003: _device("Your device is required to be managed to access this resource."),
    530032: _device("Blocked by security policy."),
    500212: Row(SHEET, "interaction_required", "The user's administrator has set an outbound "
                "access policy that does not allow access to the resource tenant."),
    54005: Row("E7", "invalid_grant", "OAuth2 Authorization code was already redeemed, please "
               "retry with a new valid code or use an existing refresh token.", uri=False),
    65001: Row("E13", "invalid_grant", "The user or administrator has not consented to use the "
               "application with ID '{app}' named '{name}'. Send an interactive authorization "
               "request for this user and resource.", "consent_required", uri=False),
    65004: Row(SHEET, "access_denied", "User declined to consent to access the app."),
    70000: Row(SHEET, "invalid_grant", "Provided grant is invalid or malformed.", "bad_token"),
    70008: Row(SHEET, "invalid_grant", "The provided authorization code or refresh token has "
               "expired due to inactivity. Send a new interactive authorization request for this "
               "user and resource."),
    70016: Row("E9", "authorization_pending", "OAuth 2.0 device flow error. Authorization is "
               "pending. Continue polling."),
    70018: Row("sheet 1.5: bad_verification_code, not recorded", "bad_verification_code",
               "Invalid verification code due to User typing in wrong user code for device code "
               "flow. Authorization is not approved."),
    70020: Row("E10", "expired_token", "The provided value for the input parameter 'device_code' "
               "is not valid. This device code has expired."),
    70043: Row("E11", "interaction_required", "The refresh token has expired or is invalid due "
               "to sign-in frequency checks by conditional access. The token was issued on "
               "{issued} and the maximum allowed lifetime for this request is 28800.",
               "token_expired", uri=False),
    90023: Row(GENERAL, "invalid_request", "Unsupported '{what}' value."),
    90094: Row(SHEET, "access_denied", "An admin has to consent: the application '{app}' needs "
               "permissions that only an administrator can grant."),
    501481: Row(SHEET, "invalid_grant", "The Code_Verifier does not match the code_challenge "
                "supplied in the authorization request."),
    501491: Row(GENERAL, "invalid_request", "Invalid size of Code_Challenge parameter."),
    28000: Row(GENERAL, "invalid_request", "Provided value for the input parameter scope is not "
               "valid because it contains more than one resource. Scope {scope} is not valid."),
    650053: Row(GENERAL, "invalid_client", "The application '{name}' asked for scope '{scope}' "
                "that doesn't exist on the resource '{resource}'."),
    700025: Row(SHEET, "invalid_client", "Client is public so neither 'client_assertion' nor "
                "'client_secret' should be presented."),
    700051: Row(GENERAL, "unsupported_response_type", "response_type '{what}' is not enabled for "
                "the application."),
    700082: Row("E11", "invalid_grant", "The refresh token has expired due to inactivity. The "
                "token was issued on {issued} and was inactive for 90.00:00:00."),
    700084: Row(SHEET, "invalid_grant", "The refresh token was issued to a single page app (SPA), "
                "and therefore has a fixed, limited lifetime of 1.00:00:00."),
    9001023: Row(SHEET, "invalid_request", "The grant type is not supported over the /common or "
                 "/consumers endpoints. Please use the /organizations or tenant-specific "
                 "endpoint."),
    9002332: Row(SHEET, "invalid_request", "Application '{app}'({name}) is configured for use by "
                 "Azure Active Directory users only. Please do not use the /consumers endpoint "
                 "to serve this request."),
}


def stamp(seconds):
    """A time as error texts have it: seven digits of a second."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def sentence(code, **names):
    return TABLE[code].sentence.format(**names)


def claims_of(acrs):
    """The challenge that goes with a demand for authentication contexts, or ""."""
    if not acrs:
        return ""
    return json.dumps({"access_token": {"acrs": {"essential": True, "values": list(acrs)}}},
                      separators=(",", ":"))


def _answer(code, row):
    def build(ctx, age=None, claims="", **names):
        status = 401 if row.error == "invalid_client" else 400
        extra = {"suberror": row.suberror} if row.suberror else {}
        if claims:
            extra["claims"] = claims
        return entra_errors.refuse(ctx, status, code, row.error, row.sentence.format(**names),
                                   row.uri, age, extra)
    build.__name__ = f"aadsts_{code}"
    mark = recorded(row.anchor) if row.anchor[0] == "E" else unanchored(row.anchor)
    return mark(build)


ANSWERS = {code: _answer(code, row) for code, row in TABLE.items()}


def refusal(ctx, code, **names):
    """The exception that carries the token endpoint's answer."""
    return entra_errors.Refusal(ANSWERS[code](ctx, **names))


@unanchored("RFC 8628: Entra's words for slow_down are not recorded")
def slow_down(ctx):
    return entra_errors.refuse(ctx, 400, 70016, "slow_down",
                               "OAuth 2.0 device flow error. Polling too frequently.")


@unanchored("sheet 1.5: authorization_declined; Entra's words for it are not recorded")
def declined(ctx):
    return entra_errors.refuse(ctx, 400, 65004, "authorization_declined",
                               "User declined to consent to access the app.")
