# SPDX-License-Identifier: MIT
# The recordings of other forges (O1-O4) as cases.
# Knows nothing of the stand-in: nothing here is taken from its code.

from fidelity.case import Case

SEND = [("Content-Type", "application/x-www-form-urlencoded")]
JSON = [*SEND, ("Accept", "application/json")]
DEAD = "grant_type=refresh_token&refresh_token=x&client_id="
GRANT = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"
GITLAB = ("=The provided authorization grant is invalid, expired, revoked, does not match the "
          "redirection URI used in the authorization request, or was issued to another client.")

FORGES = [
    Case("O1", "GitHub: a device code", "POST", "https://github.com/login/device/code", 200,
         send=JSON, form="client_id={github}&scope=repo",
         json={"device_code": "[0-9a-f]{40}", "user_code": "[A-Z0-9]{4}-[A-Z0-9]{4}",
               "verification_uri": "=https://github.com/login/device", "expires_in": 899,
               "interval": 5}),
    Case("O2", "GitHub: polled too fast", "POST", "https://github.com/login/oauth/access_token",
         200, send=SEND, form="client_id={github}&device_code={device}&grant_type=" + GRANT,
         setup="github_device",
         values={"Cache-Control": "max-age=0, private, must-revalidate"},
         text=r"error=slow_down&error_description=Too\+many\+requests\+have\+been\+made\+in\+the"
              r"\+same\+timeframe\.&.*"),
    Case("O3", "GitLab: a refresh refused", "POST", "https://gitlab.com/oauth/token", 400,
         send=JSON, form=DEAD + "{gitlab}",
         json={"error": "=invalid_grant", "error_description": GITLAB}),
    Case("O4", "Gitea: a refresh refused", "POST",
         "https://codeberg.org/login/oauth/access_token", 400, send=JSON,
         form=DEAD + "{codeberg}",
         json={"error": "=unauthorized_client",
               "error_description": "=client is not authorized"}),
]
