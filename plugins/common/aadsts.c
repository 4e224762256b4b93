/* SPDX-License-Identifier: MIT */
/* The table of Microsoft Entra's error numbers and what each asks a person to do.
   Knows nothing of what follows from them for the program. */
#include "common/aadsts.h"

typedef struct
{
  gint32 numbers[8]; /* ends with 0 */
  const char *sentence;
} Entry;

static const Entry entries[] = {
  { { 7000215 },
    "the client secret is wrong: give the secret's Value, not its Secret ID, which the "
    "portal "
    "shows beside it" },
  { { 7000222 }, "the client secret has expired: make a new one for the application" },
  { { 7000218 },
    "the application wants a client secret or certificate, and none was sent" },
  { { 700025 }, "the application is a public client and may not send a secret" },
  { { 700016 },
    "the application is not known in this tenant: check client-id and tenant, and that "
    "an "
    "administrator has added it there" },
  { { 7000112 }, "the application is disabled in this tenant" },
  { { 90002 }, "there is no such tenant: check tenant" },
  { { 50059, 90019 }, "the request names no tenant: set tenant" },
  { { 50194 }, "the application belongs to one tenant: set that tenant" },
  { { 9001023, 9002332 }, "this sign-in needs one tenant's own name: set tenant" },
  { { 90038, 900382, 900432 }, "the tenant is in another national cloud: set authority" },
  { { 500011 },
    "what the token is for is not known in this tenant: is it the tenant that the "
    "organization is connected to, and is the scope right?" },
  { { 70011, 1002012 },
    "the scope is not valid: for an application it ends in /.default" },
  { { 50012, 700027, 700030, 50013 },
    "the certificate or assertion is not accepted: is it the one uploaded to the "
    "application?" },
  { { 500133, 700024 },
    "the assertion is not valid at this time: check this computer's clock" },
  { { 5002730 }, "the assertion's signing algorithm is not accepted" },
  { { 70021, 700211, 700212, 700213, 7002137, 7002138 },
    "no federated credential of the application matches issuer, subject and audience" },
  { { 700229 }, "only an application's own token may serve as a federated credential" },
  { { 50020, 16000, 90072, 51004, 50034 },
    "the account is not known in this tenant: wrong account, or not invited as a guest" },
  { { 50011 }, "the redirect URI is not registered for the application" },
  { { 501481 }, "the code verifier does not match: sign in again" },
  { { 54005 }, "the code was used before: sign in again" },
  { { 50053 }, "the account is locked, or the sign-in came from a blocked address" },
  { { 50055, 50144 }, "the password has expired: change it and sign in again" },
  { { 50057 }, "the account is disabled" },
  { { 50058 }, "there is no session to sign in with silently: sign in again" },
  { { 50126 }, "wrong user name or password" },
  { { 50072, 50074, 50076, 50078, 50079, 50158 },
    "multi-factor authentication is wanted: sign in again" },
  { { 50097, 50129, 50155, 50187, 53000, 53001 },
    "a device that is registered and compliant is wanted" },
  { { 53003, 530032, 530003, 50131 },
    "Conditional Access blocks this: ask an administrator" },
  { { 50105 },
    "nobody has assigned this identity to the application: ask an administrator" },
  { { 50132, 50133, 50173, 70000, 70008, 700082, 700084 },
    "the sign-in has expired or was revoked: sign in again" },
  { { 70043 }, "Conditional Access wants a new sign-in: sign in again" },
  { { 50196 }, "the same request was made too often: wait some minutes" },
  { { 65001 },
    "nobody has consented to the application: sign in again, or ask an administrator" },
  { { 65002 }, "this client id is Microsoft's own and not meant for this resource" },
  { { 65004 }, "consent was declined" },
  { { 90094, 90095 }, "an administrator has to consent to the application" },
  { { 90055 }, "the tenant has too many requests: try again later" },
  { { 500212, 500213 }, "the policy of the other tenant forbids access from this one" },
};

const char *
kb_aadsts_sentence (gint64 number)
{
  for (gsize i = 0; i < G_N_ELEMENTS (entries) && number > 0; i++)
    for (const gint32 *known = entries[i].numbers; *known != 0; known++)
      if (*known == number)
        return entries[i].sentence;
  return NULL;
}
