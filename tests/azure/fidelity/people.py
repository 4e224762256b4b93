# SPDX-License-Identifier: MIT
# The recordings of people's sign-ins (E7-E14, E16) as cases.
# Knows nothing of the stand-in: nothing here is taken from its code.

from fidelity import shapes as s
from fidelity.case import FORM, LOGIN, RESOURCE, Case

ORGANIZATIONS = LOGIN + "/organizations/oauth2/v2.0/token"
OFFLINE = f"&client_info=1&scope={RESOURCE}%2F.default+openid+offline_access+profile"
CODE = ("grant_type=authorization_code&client_id={public}&code={code}&code_verifier={verifier}"
        "&redirect_uri=http%3A%2F%2Flocalhost%3A1" + OFFLINE)
POLL = "grant_type=device_code&client_id={public}&device_code={device}&client_info=1"
REFRESH = "grant_type=refresh_token&client_id={public}&refresh_token={refresh}" + OFFLINE
PASSWORD = ("grant_type=password&client_id={public}&username={user}&password={password}" + OFFLINE)
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z"
SCOPE = rf"{RESOURCE}/user_impersonation {RESOURCE}/\.default"
TOKENS = {"token_type": "=Bearer", "scope": SCOPE, "expires_in": int, "ext_expires_in": int,
          "access_token": s.JWT, "refresh_token": r"[\w.-]{100,}", "id_token": s.JWT,
          "client_info": r"eyJ[\w-]+"}
PENDING = r"OAuth 2\.0 device flow error\. Authorization is pending\. Continue polling\."
MFA = (r"Due to a configuration change made by your administrator, or because you moved to a new "
       rf"location, you must use multi-factor authentication to access '{s.GUID}'\.")
INACTIVE = (r"The refresh token has expired due to inactivity\. The token was issued on "
            rf"{MOMENT} and was inactive for 90\.00:00:00\.")
FREQUENCY = (r"The refresh token has expired or is invalid due to sign-in frequency checks by "
             rf"conditional access\. The token was issued on {MOMENT} and the maximum allowed "
             r"lifetime for this request is 28800\.")
REVOKED = (r"The provided grant has expired due to it being revoked, a fresh auth token is needed"
           r"\. The user might have changed or reset their password\. The grant was issued on "
           rf"'{MOMENT}' and the TokensValidFrom date \(before which tokens are not valid\) for "
           rf"this user is '{MOMENT}'\.")
REDEEMED = (r"OAuth2 Authorization code was already redeemed, please retry with a new valid code "
            r"or use an existing refresh token\.")
CONSENT = r"The user or administrator has not consented to use the application .+"
DECLINED = (r"http://localhost:1/\?error=access_denied&error_description=AADSTS65004%3a\+User\+"
            r"declined\+to\+consent\+to\+access\+the\+app\.%0d%0aTrace\+ID%3a\+[\w-]{36}%0d%0a"
            r"Correlation\+ID%3a\+[\w-]{36}%0d%0aTimestamp%3a\+\d{4}-\d\d-\d\d\+\d\d%3a\d\d%3a"
            r"\d\dZ&error_uri=https%3a%2f%2flogin\.microsoftonline\.com%2ferror%3fcode%3d65004"
            r"&state=the\+state#")
CHALLENGE = (r'Bearer authorization_uri="https://login\.windows\.net/", error="invalid_token", '
             r'error_description="User session has been revoked", '
             r'claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoi'
             r'[\w+/=]+"')


def _refused(error, code, sentence, gap=" ", uri=True, suberror=""):
    """The document of an error; suberror is its last key."""
    document = {**s.entra_error(code, sentence, gap), "error": f"={error}"}
    if not uri:
        del document["error_uri"]
    return {**document, "suberror": f"={suberror}"} if suberror else document


def _post(ident, what, form, shape, setup, status=400, **options):
    return Case(ident, what, "POST", options.pop("url", ORGANIZATIONS), status, send=FORM,
                form=form, headers=s.E0, order=s.E0_ORDER, json=shape, setup=setup,
                challenges=[], **options)


PEOPLE = [
    _post("E7", "an authorization code", CODE, TOKENS, "code", 200, values=s.E0_VALUES),
    _post("E7", "a code used twice", CODE,
          _refused("invalid_grant", 54005, REDEEMED, uri=False), "code_used"),
    Case("E8", "consent declined", "POST", LOGIN + "/organizations/login", 302, send=FORM,
         form="ctx={ctx}&canary={canary}&do=cancel", setup="consent_page",
         values={"Location": DECLINED}),
    _post("E9", "a device code", "client_id={public}" + OFFLINE, {
        "user_code": "[A-Z0-9]{9}", "device_code": ".{50,}",
        "verification_uri": "=https://microsoft.com/devicelogin", "expires_in": 900,
        "interval": 5, "message": "To sign in, use a web browser to open the page https://"
        "microsoft.com/devicelogin and enter the code [A-Z0-9]{9} to authenticate."}, "", 200,
        url=LOGIN + "/{tenant}/oauth2/v2.0/devicecode"),
    _post("E9", "a poll before the person has signed in", POLL,
          _refused("authorization_pending", 70016, PENDING), "device", length=501),
    _post("E9", "the same with the separators up to 2023", POLL,
          _refused("authorization_pending", 70016, PENDING, "\r\n"), "device", length=510,
          fault=("entra-token", "separator=crlf")),
    _post("E9", "the poll after it, without the foci of Microsoft's own clients", POLL, TOKENS,
          "device_approved", 200),
    _post("E10", "a device code that has expired", POLL, _refused(
        "expired_token", 70020, r"The provided value for the input parameter 'device_code' is "
        r"not valid\. This device code has expired\."), "device_expired"),
    _post("E11", "a refresh token not used for long", REFRESH,
          _refused("invalid_grant", 700082, INACTIVE), "inactive"),
    _post("E11", "a refresh token that sign-in frequency ends", REFRESH, _refused(
        "interaction_required", 70043, FREQUENCY, uri=False, suberror="token_expired"),
        "frequency"),
    _post("E11", "a refresh token that was revoked", REFRESH,
          _refused("invalid_grant", 50173, REVOKED, suberror="bad_token"), "revoked",
          values={"x-ms-clitelem": r"1,50173,0,\d+\.\d{4},"}),
    _post("E12", "a password where a second factor is needed", PASSWORD,
          _refused("invalid_grant", 50076, MFA, suberror="basic_action"), "mfa", length=635),
    _post("E13", "no consent", PASSWORD, _refused(
        "invalid_grant", 65001, CONSENT, uri=False, suberror="consent_required"), "no_consent"),
    Case("E13", "blocked by Conditional Access", "POST", ORGANIZATIONS, 400, send=FORM,
         form=PASSWORD, setup="blocked",
         text=r'\{"error":"interaction_required","error_description":"AADSTS53003: .+',
         values={"x-ms-clitelem": "1,53003,0,,"}),
    Case("E14", "the realm of a user", "GET", LOGIN + "/common/UserRealm/"
         "alice%40contoso.example?api-version=1.0", 200,
         values={"Content-Disposition": "inline; filename=userrealm.json"},
         json={"ver": "=1.0", "account_type": "=Managed", "domain_name": r"[\w.]+",
               "cloud_instance_name": "=microsoftonline.com",
               "cloud_audience_urn": "=urn:federation:MicrosoftOnline"}),
    _post("E14", "a wrong password", PASSWORD.replace("{password}", "wrong"), _refused(
        "invalid_grant", 50126, r"Error validating credentials due to invalid username or "
        r"password\."), "mfa"),
    Case("E16", "a claims challenge, its Bearer line", "GET",
         "https://dev.azure.com/contoso/_apis/projects", 401, setup="session_ended",
         send=[("Authorization", "Bearer {bearer}")],
         challenges=[CHALLENGE, s.BASIC, "TFS-Federated"]),
]
