# SPDX-License-Identifier: MIT
# The recorded header sets and values, written down from recorded-exchanges.md as data.
# Knows nothing of the stand-in: nothing here is taken from its code.

GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
JWT = r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+"
STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ"
ANONYMOUS = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"

# E0: the set of 2021-2023 and what 2025 added.
E0 = ("Cache-Control Content-Length Content-Type Date Expires P3P Pragma Set-Cookie Set-Cookie "
      "Set-Cookie Strict-Transport-Security X-Content-Type-Options x-ms-ests-server "
      "x-ms-request-id client-request-id Content-Security-Policy-Report-Only x-ms-clitelem "
      "x-ms-srs X-XSS-Protection").split()
E0_VALUES = {
    "Cache-Control": "no-store, no-cache", "Expires": "-1", "Pragma": "no-cache",
    "Content-Type": "application/json; charset=utf-8",
    "P3P": r'CP="DSP CUR OTPi IND OTRi ONL FIN"',
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff", "x-ms-request-id": GUID, "x-ms-srs": r"1\.P",
    "x-ms-ests-server": r"2\.1\.\d+\.\d+ - \w+ ProdSlices", "X-XSS-Protection": "0",
    "Set-Cookie": r"fpc=[\w-]+; expires=.*; path=/; secure; HttpOnly; SameSite=None"}
E0_ORDER = ("Cache-Control Pragma Content-Type Expires Strict-Transport-Security "
            "X-Content-Type-Options P3P x-ms-request-id x-ms-ests-server X-XSS-Protection "
            "Set-Cookie").split()

# R1: what is left when a 401 has no body.
BARE = ("Access-Control-Expose-Headers ActivityId Content-Length Date P3P Request-Context "
        "Strict-Transport-Security X-Cache X-Content-Type-Options X-MSEdge-Ref "
        "X-TFS-ProcessId X-TFS-Session X-VSS-E2EID X-VSS-SenderDeploymentId").split()
CACHING = "Cache-Control Expires Pragma".split()
# D1: a healthy REST answer.
D1 = BARE + CACHING + "Content-Type Vary X-FRAME-OPTIONS X-VSS-UserData".split()
ERROR = BARE + CACHING + "Content-Type X-FRAME-OPTIONS".split()
D1_VALUES = {
    "Access-Control-Expose-Headers": "Request-Context", "ActivityId": GUID,
    "Cache-Control": "no-cache", "Expires": "-1", "Pragma": "no-cache",
    "Content-Type": r"application/json; charset=utf-8; api-version=\d+\.\d+",
    "P3P": r'CP="CAO DSP COR ADMa DEV CONo TELo CUR PSA PSD TAI IVDo OUR SAMi BUS DEM NAV STA '
           r'UNI COM INT PHY ONL FIN PUR LOC CNT"',
    "Request-Context": f"appId=cid-v1:{GUID}",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Vary": "Accept-Encoding", "X-Cache": "CONFIG_NOCACHE",
    "X-Content-Type-Options": "nosniff", "X-FRAME-OPTIONS": "SAMEORIGIN",
    "X-MSEdge-Ref": r"Ref A: [0-9A-F]{32} Ref B: \w+ Ref C: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "X-TFS-ProcessId": GUID, "X-TFS-Session": GUID, "X-VSS-E2EID": GUID,
    "X-VSS-SenderDeploymentId": GUID, "X-VSS-UserData": f"{GUID}:.+"}
BASE_VALUES = {name: value for name, value in D1_VALUES.items()
               if name not in ("Content-Type", "Vary", "X-VSS-UserData")}
JSON = {"Content-Type": "application/json; charset=utf-8"}

# D2, G2, R2: how an organization tells its tenant.
TENANT = ("X-TFS-FedAuthIssuer X-TFS-FedAuthRealm X-VSS-AuthorizationEndpoint "
          "X-VSS-ResourceTenant").split()
TENANT_VALUES = {
    "X-TFS-FedAuthRealm": r"https://[a-z0-9.]+\.visualstudio\.com/",
    "X-TFS-FedAuthIssuer": "https://dev.azure.com/{org}/",
    "X-VSS-AuthorizationEndpoint": "https://vssps.dev.azure.com/{org}/",
    "X-VSS-ResourceTenant": "{tenant}"}
BEARER = "Bearer authorization_uri=https://login.microsoftonline.com/{tenant}"
BASIC = r'Basic realm="https://[a-z0-9.]+\.visualstudio\.com/"'
FAULT_HEADERS = ["X-TFS-SoapException", "X-TFS-ServiceError"]
G2_ORDER = ("WWW-Authenticate X-TFS-ProcessId Strict-Transport-Security ActivityId "
            "X-TFS-Session X-VSS-E2EID X-VSS-SenderDeploymentId X-FRAME-OPTIONS "
            "X-TFS-FedAuthRealm X-TFS-FedAuthIssuer X-VSS-AuthorizationEndpoint "
            "X-VSS-ResourceTenant X-TFS-SoapException X-TFS-ServiceError").split()
G2_SOAP = (
    "%3C%3Fxml%20version%3D%221.0%22%20encoding%3D%22utf-8%22%3F%3E%3Csoap%3AEnvelope%20xmlns%3A"
    "soap%3D%22http%3A%2F%2Fwww.w3.org%2F2003%2F05%2Fsoap-envelope%22%3E%3Csoap%3ABody%3E%3C"
    "soap%3AFault%3E%3Csoap%3ACode%3E%3Csoap%3AValue%3Esoap%3AReceiver%3C%2Fsoap%3AValue%3E%3C"
    "soap%3ASubcode%3E%3Csoap%3AValue%3EUnauthorizedRequestException%3C%2Fsoap%3AValue%3E%3C%2F"
    "soap%3ASubcode%3E%3C%2Fsoap%3ACode%3E%3Csoap%3AReason%3E%3Csoap%3AText%20xml%3Alang%3D%22en"
    "%22%3ETF400813%3A%20The%20user%20%27aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa%27%20is%20not%20"
    "authorized%20to%20access%20this%20resource.%3C%2Fsoap%3AText%3E%3C%2Fsoap%3AReason%3E%3C%2F"
    "soap%3AFault%3E%3C%2Fsoap%3ABody%3E%3C%2Fsoap%3AEnvelope%3E")
G2_ERROR = ("TF400813%3A%20The%20user%20%27aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa%27%20is%20not%20"
            "authorized%20to%20access%20this%20resource.")


def envelope(message, type_name, assembly, event=3000):
    """The seven-key document; strings beginning with = are exact, others are patterns."""
    return {"$id": "=1", "innerException": None, "message": message,
            "typeName": f"={type_name}, {assembly}", "typeKey": "=" + type_name.split(".")[-1],
            "errorCode": 0, "eventId": event}


FRAMEWORK = "Microsoft.TeamFoundation.Framework.Server"
SERVICES = "Microsoft.VisualStudio.Services.Common"
UNAUTHORIZED = f"{FRAMEWORK}.UnauthorizedRequestException"


def unauthorized(user):
    return envelope(f"=TF400813: The user '{user}' is not authorized to access this resource.",
                    UNAUTHORIZED, FRAMEWORK)


def entra_error(code, sentence, gap=" "):
    """E4: key order and the three separators."""
    tail = gap.join((f"Trace ID: {GUID}", f"Correlation ID: {GUID}", f"Timestamp: {STAMP}"))
    return {"error": r"[a-z_]+", "error_description": f"AADSTS{code}: {sentence}{gap}{tail}",
            "error_codes": [code], "timestamp": STAMP, "trace_id": GUID,
            "correlation_id": GUID,
            "error_uri": f"=https://login.microsoftonline.com/error?code={code}"}
