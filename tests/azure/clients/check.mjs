// SPDX-License-Identifier: MIT
// Runs the tests of every client: `tests/azure/run node check.mjs`, see run-clients.
// Knows nothing of the tests themselves.

import { run } from "./support.mjs";
import "./msal.mjs";
import "./people.mjs";
import "./identity.mjs";
import "./devops.mjs";

await run();
