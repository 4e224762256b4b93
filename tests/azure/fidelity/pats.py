# SPDX-License-Identifier: MIT
# The recordings of the life cycle of personal access tokens, and of work items.
# Knows nothing of the stand-in: nothing here is taken from its code.

from fidelity import shapes as s
from fidelity.case import Case

URL = "https://vssps.dev.azure.com/contoso/_apis/tokens/pats?api-version=7.1-preview.1"
JSON = [("Content-Type", "application/json"), ("X-TFS-FedAuthRedirect", "Suppress")]
SEVEN = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z"

PATS = [
    Case("R12", "a query for work items", "POST",
         "https://dev.azure.com/contoso/_apis/wit/wiql?api-version=5.0", 200, credential="pat",
         send=JSON, form='{{"query":"SELECT [System.Id] FROM WorkItems"}}',
         json={"queryType": "=flat", "queryResultType": "=workItem",
               "asOf": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,7}Z",
               "columns": [{"referenceName": "=System.Id", "name": "=ID",
                            "url": "=https://dev.azure.com/contoso/_apis/wit/fields/System.Id"}],
               "workItems": list}),
    Case("P3", "a token is created", "POST", URL, 200, credential="alice", send=JSON,
         form='{{"displayName":"fidelity","scope":"app_token"}}',
         json={"patToken": {"displayName": "=fidelity", "validTo": SEVEN, "scope": "=app_token",
                            "targetAccounts": [s.GUID], "validFrom": SEVEN,
                            "authorizationId": s.GUID, "token": r"\w{76}AZDO\w{4}"},
               "patTokenError": "=none"}),
    Case("P2", "a body that is no JSON", "POST", URL, 400, credential="alice", send=JSON,
         form="{{",
         json={"$id": "=1", "innerException": None,
               "message": rf"TF400898: An Internal Error Occurred\. Activity Id: {s.GUID}\.",
               "typeName": r"Newtonsoft\.Json\.JsonReaderException, .+",
               "typeKey": "=JsonReaderException", "errorCode": 0, "eventId": 0}),
]
