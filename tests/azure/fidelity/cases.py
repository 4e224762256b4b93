# SPDX-License-Identifier: MIT
# One case a recording: the request that was made there and the answer that was recorded; those of
# people signing in are in people.py.
# Knows nothing of the stand-in: nothing here is taken from its code.

import re

from fidelity import shapes as s
from fidelity.case import FORM, LOGIN, RESOURCE, Case
from fidelity.feeds import FEEDS
from fidelity.forges import FORGES
from fidelity.pats import PATS
from fidelity.people import PEOPLE

DEV = "https://dev.azure.com/contoso"
SUPPRESS = [("X-TFS-FedAuthRedirect", "Suppress")]
TOKEN = LOGIN + "/{tenant}/oauth2/v2.0/token"
GRANT = ("grant_type=client_credentials&client_id={client}&client_secret={secret}"
         f"&scope={RESOURCE}%2F.default+openid+offline_access+profile")

PROJECT = {"id": s.GUID, "name": ".+", "url": f"{DEV}/_apis/projects/{s.GUID}",
           "state": "=wellFormed", "revision": int, "visibility": "[a-z]+",
           "lastUpdateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z"}
PERSON = {"id": s.GUID, "descriptor": r"Microsoft\.IdentityModel\.Claims\.ClaimsIdentity;.+\\.+",
          "subjectDescriptor": r"aad\.\w+", "providerDisplayName": ".+",
          "customDisplayName": ".+", "isActive": True,
          "properties": {"Account": {"$type": "=System.String", "$value": ".+"}},
          "resourceVersion": 2, "metaTypeId": 0}
METADATA = [{"preferred_network": ".+", "preferred_cache": ".+", "aliases": list}]
OPENID = dict.fromkeys((
    "token_endpoint", "token_endpoint_auth_methods_supported", "jwks_uri",
    "response_modes_supported", "subject_types_supported",
    "id_token_signing_alg_values_supported", "response_types_supported", "scopes_supported",
    "issuer", "request_uri_parameter_supported", "userinfo_endpoint", "authorization_endpoint",
    "device_authorization_endpoint", "http_logout_supported", "frontchannel_logout_supported",
    "end_session_endpoint", "claims_supported", "kerberos_endpoint", "tenant_region_scope",
    "cloud_instance_name", "cloud_graph_host_name", "msgraph_host", "rbac_url",
    "mtls_endpoint_aliases", "tls_client_certificate_bound_access_tokens"), object)
SECRET_TEXT = (
    r"Invalid client secret provided\. Ensure the secret being sent in the request is the "
    r"client secret value, not the client secret ID, for a secret added to app "
    rf"'{s.GUID}'\.")
DISCOVERY = {"Cache-Control": "max-age=86400, private", "Access-Control-Allow-Origin": r"\*",
             "Access-Control-Allow-Methods": "GET, OPTIONS"}

ENTRA = [
    Case("E3", "client credentials and a secret", "POST", TOKEN, 200, send=FORM, form=GRANT,
         headers=s.E0, values={**s.E0_VALUES, "x-ms-clitelem": "1,0,0,,"}, order=s.E0_ORDER,
         json={"token_type": "=Bearer", "expires_in": 3599, "ext_expires_in": 3599,
               "access_token": s.JWT}),
    Case("E4", "a wrong secret, separators since 2025", "POST", TOKEN, 401, send=FORM,
         form=GRANT.replace("{secret}", "wrong"), headers=s.E0, order=s.E0_ORDER,
         values={**s.E0_VALUES, "x-ms-clitelem": "1,7000215,0,,",
                 "client-request-id": "11111111-2222-4333-8444-555555555555"},
         challenges=[], json=s.entra_error(7000215, SECRET_TEXT)),
    Case("E4", "a wrong secret, separators up to 2023", "POST", TOKEN, 401, send=FORM,
         form=GRANT.replace("{secret}", "wrong"),
         fault=("entra-token", "separator=crlf"), headers=s.E0,
         json=s.entra_error(7000215, SECRET_TEXT, "\r\n")),
    Case("E15", "the token endpoint throttled", "POST", TOKEN, 429, send=FORM, form=GRANT,
         fault=("entra-token", "answer=throttled-429"), values={"Retry-After": "60"},
         text="Too Many Requests"),
    Case("E1", "instance discovery", "GET", LOGIN + "/common/discovery/instance?api-version=1.1"
         "&authorization_endpoint=https%3A%2F%2Flogin.microsoftonline.com%2F{tenant}"
         "%2Foauth2%2Fv2.0%2Fauthorize", 200, values=DISCOVERY, length=980,
         json={"tenant_discovery_endpoint":
               rf"{LOGIN}/{s.GUID}/v2\.0/\.well-known/openid-configuration",
               "api-version": "=1.1", "metadata": METADATA}),
    Case("E2", "OpenID configuration", "GET",
         LOGIN + "/{tenant}/v2.0/.well-known/openid-configuration", 200, values=DISCOVERY,
         json=OPENID),
]

ANONYMOUS = [s.BEARER, s.BASIC, "TFS-Federated"]
GIT = [
    Case("G2", "git without a credential", "GET",
         DEV + "/demo/_git/demo/info/refs?service=git-upload-pack", 401,
         values={**s.BASE_VALUES, **s.TENANT_VALUES, "X-TFS-SoapException": re.escape(s.G2_SOAP),
                 "X-TFS-ServiceError": re.escape(s.G2_ERROR)},
         challenges=ANONYMOUS, order=s.G2_ORDER,
         lines={"X-TFS-SoapException": 710, "X-TFS-ServiceError": 148}),
    Case("G2", "the refs, with a PAT", "GET",
         DEV + "/demo/_git/demo/info/refs?service=git-upload-pack", 200, credential="pat",
         send=[("Git-Protocol", "version=2")], challenges=[],
         values={"Cache-Control": "private",
                 "Content-Type": "application/x-git-upload-pack-advertisement"}),
    Case("G7", "the refs, with a bearer", "GET",
         DEV + "/demo/_git/demo/info/refs?service=git-upload-pack", 200, credential="sp",
         challenges=[]),
    Case("G4", "a push without the permission", "GET",
         DEV + "/demo/_git/demo/info/refs?service=git-receive-pack", 403, credential="reader",
         values={"Content-Type": "text/plain.*"}, challenges=[],
         text=r"001f# service=git-receive-pack\n0000000000aa(TF401027: You need the Git "
              r"'GenericContribute' permission to perform this action\. Details: identity "
              rf"'Build\\{s.GUID}', scope 'repository'\.)\n\1"),
    Case("G5", "a repository that is not there", "GET",
         DEV + "/demo/_git/nope/info/refs?service=git-upload-pack", 404, credential="pat",
         values={"Content-Type": "text/plain.*"},
         text=r"TF401019: The Git repository with name or identifier nope does not exist or you "
              r"do not have permissions for the operation you are attempting\."),
    Case("G5", "the same, asked by REST", "GET", DEV + "/demo/_apis/git/repositories/nope", 404,
         credential="pat", headers=s.ERROR + ["X-VSS-UserData"], values=s.JSON,
         json={**s.envelope("TF401019: .+ nope .+", "X.GitRepositoryNotFoundException", ""),
               "typeName": r".*\.GitRepositoryNotFoundException, .+"}),
    Case("G6", "LFS batch", "POST", DEV + "/demo/_git/demo/info/lfs/objects/batch", 200,
         credential="pat", send=[("Content-Type", "application/vnd.git-lfs+json")],
         form='{{"operation":"upload","objects":[{{"oid":"' + "ab" * 32 + '","size":5}}]}}',
         json={"objects": [{"oid": "[0-9a-f]{64}", "size": 5, "actions": {"upload": {
             "href": DEV + "/demo/_git/demo/info/lfs/objects/[0-9a-f]{64}",
             "header": {"Accept": "=application/vnd.git-lfs"}}}}]}),
]

SIGNIN = (r"https://spsprod\w+\.vssps\.visualstudio\.com/_signin\?realm={host}&reply_to="
          rf"https%3A%2F%2F[\w%.-]+&redirect=1&hid={s.GUID}&context=eyJ[\w-]+#ctx=eyJ[\w-]+")
MOVED = (r"<html><head><title>Object moved</title></head><body>\r\n<h2>Object moved to <a "
         r'href="https://spsprod\w+\.vssps\.visualstudio\.com/_signin\?realm=[\w.]+&amp;'
         r'reply_to=.*">here</a>\.</h2>.*')
PROJECTS = DEV + "/_apis/projects?api-version=7.1"


def _signin(host):
    return {"Location": SIGNIN.replace("{host}", re.escape(host)), "Content-Type": "text/html.*"}


REFUSED = [
    Case("G3", "REST without a credential", "GET", PROJECTS, 401, send=SUPPRESS,
         headers=s.ERROR + s.TENANT + s.FAULT_HEADERS + ["X-TFS-FedAuthRedirect"],
         values={**s.BASE_VALUES, **s.TENANT_VALUES, **s.JSON}, challenges=ANONYMOUS,
         json=s.unauthorized(s.ANONYMOUS)),
    Case("R1", "the scope of a PAT is not enough", "GET", PROJECTS, 401, credential="pat-nocode",
         send=SUPPRESS, headers=s.BARE, length=0,
         values={k: s.BASE_VALUES[k] for k in s.BARE if k in s.BASE_VALUES},
         challenges=[r'Basic realm="https://tfsprod\w+\.app\.visualstudio\.com/"']),
    Case("R2", "an Entra identity that is no member", "GET", PROJECTS, 401, credential="mallory",
         send=SUPPRESS, headers=s.ERROR + s.TENANT + [
             "X-TFS-FedAuthRedirect", "X-VSS-AuthenticateError", "X-VSS-S2STargetService",
             "X-VSS-UserData"],
         values={**s.BASE_VALUES, **s.TENANT_VALUES, **s.JSON,
                 "X-TFS-FedAuthRedirect": SIGNIN.replace("{host}", "dev.azure.com"),
                 "X-VSS-AuthenticateError": "Unauthorized",
                 "X-VSS-S2STargetService":
                     r"00000002-0000-8888-8000-000000000000/visualstudio\.com",
                 "X-VSS-UserData": f"{s.GUID}:mallory@contoso.example"},
         challenges=[s.BEARER, "TFS-Federated"],
         json={**s.unauthorized(""), "message":
               rf"TF400813: The user '{s.GUID}\\mallory@contoso\.example' is not authorized to "
               r"access this resource\."}),
    Case("R3", "personal accounts, no credential", "GET",
         "https://dev.azure.com/msa-org/_apis/projects?api-version=7.1", 401, org="msa-org",
         values={"X-VSS-AuthorizationEndpoint": "https://vssps.dev.azure.com/msa-org/",
                 "X-VSS-ResourceTenant": "00000000-0000-0000-0000-000000000000"},
         challenges=[s.BASIC, "Bearer"]),
    Case("R4", "an invalid PAT", "GET", PROJECTS, 302, credential="bad-pat",
         values=_signin("dev.azure.com"), text=MOVED),
    Case("R3", "an Entra bearer at an organization of personal accounts", "GET",
         "https://dev.azure.com/msa-org/_apis/projects?api-version=7.1", 302, credential="sp",
         org="msa-org", values=_signin("dev.azure.com")),
    Case("R5", "an expired bearer, GET", "GET", PROJECTS, 203, credential="sp-expired",
         values={"Content-Type": "text/html.*"}, text="(?s)<!DOCTYPE html>.*"),
    Case("R5", "an expired bearer, POST", "POST", PROJECTS, 203, credential="sp-expired"),
    Case("R5", "an expired bearer, PATCH", "PATCH", PROJECTS, 401, credential="sp-expired",
         json=s.unauthorized("")),
    Case("R6", "an expired PAT", "GET", PROJECTS, 401, credential="pat-expired",
         values={"X-TFS-ServiceError": "Access%20Denied%3A%20The%20Personal%20Access%20Token%20"
                                       "used%20has%20expired."},
         json={"$id": "=1", "customProperties": {
             "Descriptor": None, "IdentityDisplayName": None, "Token": None,
             "RequestedPermissions": 0,
             "NamespaceId": "=00000000-0000-0000-0000-000000000000"},
             "innerException": None,
             "message": "=Access Denied: The Personal Access Token used has expired.",
             "typeName": "=Microsoft.VisualStudio.Services.Security.AccessCheckException, "
                         "Microsoft.VisualStudio.Services.WebApi",
             "typeKey": "=AccessCheckException", "errorCode": 0, "eventId": 3000}),
    Case("R7", "conditional access", "GET", PROJECTS, 403, credential="sp",
         fault=("rest", "answer=ca-403"),
         json=s.envelope("=VS403463: The conditional access policy defined by your Azure Active "
                         "Directory administrator has failed.",
                         f"{s.SERVICES}.VssServiceException", s.SERVICES)),
    Case("R8", "throttled", "GET", PROJECTS, 429, credential="sp",
         fault=("rest", "answer=throttled-429"),
         json=s.envelope("Request was blocked due to exceeding usage of resource "
                         "'Concurrency' in namespace 'VSID'. .*LinkId=823950.*",
                         f"{s.FRAMEWORK}.RequestBlockedException", s.FRAMEWORK)),
    Case("F6", "a feed with a wrong PAT", "GET",
         "https://pkgs.dev.azure.com/contoso/_packaging/feed/pypi/simple/", 302,
         credential="bad-pat", values=_signin("pkgs.dev.azure.com")),
]

HEALTHY = s.D1_VALUES
REST = [
    Case("R10", "the list of projects", "GET", DEV + "/_apis/projects?api-version=5.1", 200,
         credential="pat", headers=s.D1, values=HEALTHY, challenges=[],
         json={"count": int, "value": [PROJECT]}),
    Case("D2", "a HEAD", "HEAD", DEV + "/_apis/projects", 200, credential="pat",
         headers=s.D1 + s.TENANT, values={**HEALTHY, **s.TENANT_VALUES},
         challenges=[s.BEARER], length=0),
    Case("D2", "a HEAD, personal accounts", "HEAD",
         "https://dev.azure.com/msa-org/_apis/projects", 200, credential="pat-msa", org="msa-org",
         headers=s.D1 + s.TENANT, challenges=[], length=0,
         values={"X-VSS-ResourceTenant": "00000000-0000-0000-0000-000000000000"}),
    Case("R11", "a page of projects", "GET",
         DEV + "/_apis/projects?stateFilter=all&$top=1&$skip=0", 200, credential="pat",
         headers=s.D1 + ["x-ms-continuationtoken"],
         values={**HEALTHY, "x-ms-continuationtoken": "1"}, json={"count": 1, "value": [PROJECT]}),
    Case("R10", "one project", "GET", DEV + "/_apis/projects/demo", 200, credential="sp",
         headers=s.D1, values=HEALTHY, json={
             "id": s.GUID, "name": "=demo", "description": str, "url": ".+",
             "state": "=wellFormed", "capabilities": {
                 "processTemplate": {"templateName": ".+", "templateTypeId": s.GUID},
                 "versioncontrol": {"sourceControlType": ".+", "gitEnabled": "=True",
                                    "tfvcEnabled": "=False"}},
             "revision": int, "_links": {"self": dict, "collection": dict, "web": dict},
             "visibility": "[a-z]+", "defaultTeam": {"id": s.GUID, "name": ".+", "url": ".+"},
             "lastUpdateTime": ".+"}),
    Case("R9", "connectionData", "GET", DEV + "/_apis/ConnectionData", 200, credential="sp",
         send=[("Accept", "application/json;api-version=5.0-preview.1")], headers=s.D1,
         values=HEALTHY, json={
             "authenticatedUser": PERSON, "authorizedUser": PERSON, "instanceId": s.GUID,
             "deploymentId": s.GUID, "deploymentType": "=hosted", "locationServiceData": {
                 "serviceOwner": "=00025394-6065-48ca-87d9-7f5672854ef7",
                 "defaultAccessMappingMoniker": "=PublicAccessMapping", "lastChangeId": int,
                 "lastChangeId64": int}}),
    Case("R13", "resource areas", "GET", DEV + "/_apis/ResourceAreas", 200, credential="sp",
         headers=s.D1, json={"count": int, "value": [
             {"id": s.GUID, "name": r"\w+", "locationUrl": "https://.+/contoso/"}]}),
    Case("R13", "OPTIONS _apis", "OPTIONS", DEV + "/_apis", 200, credential="sp",
         json={"count": int, "value": [{
             "id": s.GUID, "area": r"\w+", "resourceName": r"\w+", "routeTemplate": ".+",
             "resourceVersion": int, "minVersion": ".+", "maxVersion": ".+",
             "releasedVersion": ".+"}]}),
    Case("R14", "a project that is not there", "GET", DEV + "/_apis/projects/nope", 404,
         credential="pat", headers=s.ERROR + ["X-VSS-UserData"], values=s.JSON,
         json=s.envelope(
             "=TF200016: The following project does not exist: nope. Verify that the name of "
             "the project is correct and that the project exists on the specified Azure DevOps "
             "Server.", "Microsoft.TeamFoundation.Core.WebApi.ProjectDoesNotExistWithNameException",
             "Microsoft.TeamFoundation.Core.WebApi")),
    Case("R14", "an unknown route", "GET", DEV + "/_apis/nothing", 404, credential="pat",
         absent=tuple(s.CACHING), values={
             "Content-Type": "text/plain; charset=utf-8",
             "X-TFS-ServiceError": "The%20controller%20for%20path%20%27[%\\w.-]+%27%20was%20not"
                                   "%20found%20or%20does%20not%20implement%20IController."},
         text=r"The controller for path '.*' was not found or does not implement IController\."),
    Case("R15", "an api-version out of range", "GET", DEV + "/_apis/projects?api-version=99.0",
         400, credential="pat", headers=s.ERROR, values=s.JSON,
         json={**s.envelope(
             "=The requested REST API version of 99.0 is out of range for this server. The "
             "latest REST API version this server supports is 7.2.",
             "X.VssVersionOutOfRangeException", "", event=0),
             "typeName": r".*\.VssVersionOutOfRangeException, .+"}),
    Case("R16", "an organization that is stopped", "GET",
         "https://dev.azure.com/sleepy/_apis/projects", 503, credential="pat", org="sleepy",
         values={"Content-Type": "application/json",
                 "X-TFS-ServiceError": "TF24668%3A%20The%20following.+"},
         text="(?s)\ufeff{.*",
         json=s.envelope("TF24668: The following team project collection is stopped: sleepy. "
                         ".*deactivated due to inactivity.*",
                         f"{s.SERVICES}.VssServiceException", s.SERVICES)),
    Case("P1", "the location service", "GET", "https://contoso.visualstudio.com/_apis/"
         "ServiceDefinitions/LocationService2/951917AC-A960-4999-8464-E3F0AA25B381"
         "?api-version=1.0", 200, credential="sp",
         json={"serviceType": "=LocationService2",
               "identifier": "=951917ac-a960-4999-8464-e3f0aa25b381",
               "displayName": "=SPS Location Service", "relativeToSetting": "=fullyQualified",
               "serviceOwner": "=00000000-0000-0000-0000-000000000000",
               "locationMappings": [{
                   "accessMappingMoniker": "=HostGuidAccessMapping",
                   "location": rf"https://\w+\.app\.vssps\.visualstudio\.com/A{s.GUID}/"}],
               "toolId": "=Framework", "parentServiceType": "=LocationService2",
               "parentIdentifier": "=850a26fd-8300-ce32-bb6e-28e032a3a0fd",
               "properties": {}}),
]
CASES = ENTRA + PEOPLE + FORGES + GIT + REFUSED + REST + FEEDS + PATS
