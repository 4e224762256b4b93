# SPDX-License-Identifier: MIT
# The recordings of package feeds: who is refused and how, the service index, blob storage.
# Knows nothing of the stand-in: nothing here is taken from its code.

from fidelity import shapes as s
from fidelity.case import Case

PKGS = "https://pkgs.dev.azure.com/contoso"
LIBS = PKGS + "/demo/_packaging/libs/nuget/"
IDS = rf"https://pkgs\.dev\.azure\.com/contoso/{s.GUID}/_packaging/{s.GUID}/nuget/"
ACTIVITY = s.GUID.replace("a-f", "A-F")
SEMVER2 = r'"comment":"This base URL includes SemVer 2\.0\.0 packages\."'


def _entry(kind, path, more=""):
    return rf'\{{"@id":"{IDS}{path}","@type":"{kind}"{more}\}}'


INDEX = (
    r'\{"version":"3\.0\.0-beta","@context":\{"@vocab":"http://schema\.nuget\.org/services#",'
    r'"comment":"http://www\.w3\.org/2000/01/rdf-schema#comment",'
    r'"label":"http://www\.w3\.org/2000/01/rdf-schema#label"\},"resources":\['
    + ",".join((
        _entry(r"PackagePublish/2\.0\.0", "v2/"), _entry(r"LegacyGallery/2\.0\.0", "v2/"),
        _entry(r"RegistrationsBaseUrl/3\.0\.0-beta", "v3/registrations2/"),
        _entry(r"RegistrationsBaseUrl/3\.6\.0", "v3/registrations2-semver2/", "," + SEMVER2),
        _entry("RegistrationsBaseUrl/Versioned", "v3/registrations2-semver2/", "," + SEMVER2),
        _entry(r"SearchQueryService/3\.0\.0-beta", "v3/query2/"),
        _entry(r"PackageBaseAddress/3\.0\.0", "v3/flat2/"),
        r'\{"@id":"https://pkgs\.dev\.azure\.com/contoso/","@type":"VssBaseUrl"\}',
        rf'\{{"@id":"urn:uuid:{s.GUID}","@type":"VssFeedId","label":"libs"\}}',
        rf'\{{"@id":"com\.visualstudio\.feeds\.feedview:{s.GUID}",'
        r'"@type":"VssQualifiedFeedViewId","label":"libs"\}',
        rf'\{{"@id":"urn:uuid:{s.GUID}","@type":"AzureDevOpsProjectId","label":"demo"\}}'))
    + r"\]\}")
BLOB = (r"https://vsblobprod\w+\.vsblob\.vsassets\.io/b-[0-9a-f]{32}/[0-9A-F]{64}00\.blob"
        r"\?sv=2019-07-07&sr=b&sig=[^&]+&.*&sp=r&rscd=attachment%3B%20filename%3D%22.+%22")

CHALLENGES = [s.BEARER.replace("microsoftonline.com", "windows.net"),
              r'Basic realm="https://pkgsprod\w+\.pkgs\.visualstudio\.com/"', "TFS-Federated"]

FEEDS = [
    Case("F1", "a feed without a credential", "GET",
         f"{PKGS}/_packaging/feed/npm/registry/left-pad", 401, challenges=CHALLENGES),
    Case("F1", "a package with a scope, without a credential", "GET",
         f"{PKGS}/_packaging/tools/npm/registry/@types%2fnode", 401, challenges=CHALLENGES),
    Case("F1", "publishing without a credential", "PUT",
         f"{PKGS}/_packaging/tools/npm/registry/left-pad", 401, challenges=CHALLENGES),
    Case("F2", "a package's file, with a PAT", "GET", "{package}", 303, credential="pat",
         setup="package", reason="See Other", values={"Location": BLOB}),
    Case("F2", "a file of npm's, by the address of the recording's form", "GET", "{package}", 303,
         credential="pat", setup="npm_package", reason="See Other", values={"Location": BLOB}),
    Case("F3", "blob storage that is given a PAT", "GET", "{blob}", 400, credential="pat",
         setup="blob", values={"Content-Type": "application/xml"},
         text=r'\ufeff?<\?xml version="1\.0" encoding="utf-8"\?><Error><Code>'
              "InvalidAuthenticationInfo</Code><Message>Authentication information is not given "
              r"in the correct format\. Check the value of Authorization header\."
              "\nRequestId:.+\nTime:.+</Message></Error>"),
    Case("F4", "blob storage by a signed address", "GET", "{blob}", 200, setup="blob",
         values={"x-ms-blob-type": "BlockBlob", "Accept-Ranges": "bytes",
                 "Access-Control-Allow-Origin": r"\*",
                 "Content-Disposition": 'attachment; filename="[^"]+"'}),
    Case("F4", "the links to a wheel have GUIDs", "GET", "{page}", 200, credential="pat",
         setup="wheel", text=r'<!DOCTYPE html>[\s\S]*<a href="https://pkgs\.dev\.azure\.com/contoso/'
         rf"{s.GUID}/_packaging/{s.GUID}/pypi/download/[^/]+/1\.0/[^/]+\.whl"
         r'#sha256=[0-9a-f]{64}">[\s\S]*'),
    Case("F4", "a wheel's address", "GET", "{wheel}", 303, credential="pat", setup="wheel",
         values={"Location": BLOB}),
    Case("F4", "a HEAD of it", "HEAD", "{wheel}", 405, credential="pat", setup="wheel"),
    Case("F5", "a wheel without a credential", "GET",
         f"{PKGS}/_packaging/feed/pypi/download/a/1/a.whl", 401,
         json=s.unauthorized(s.ANONYMOUS)),
    Case("F7", "NuGet's service index of a project's feed", "GET", f"{LIBS}v3/index.json", 200,
         credential="pat", challenges=[], text=INDEX),
    Case("F8", "a feed that the caller may not read", "GET",
         f"{PKGS}/_packaging/vault/nuget/v3/index.json", 403, credential="sp",
         reason=rf"Forbidden - User '{s.GUID}' lacks permission to complete this action\. You "
                rf"need to have 'ReadPackages'\. \(DevOps Activity ID: {ACTIVITY}\)"),
    Case("F9", "what Cargo reads first", "GET",
         f"{PKGS}/demo/_packaging/libs/Cargo/index/config.json", 200, credential="pat",
         text=r'\{"dl":"https://[^"]+","api":"https://[^"]+","auth-required":true\}'),
]
