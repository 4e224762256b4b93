/* SPDX-License-Identifier: MIT */
/* Writes the last page of a sign-in; all that is put into it is escaped twice over: as
   text for a person, then as HTML.  Knows nothing of how it gets to the browser. */
#include "common/listener-page.h"

#include "base/text.h"

#include <string.h>

#define NAME_MAX_BYTES 200
#define REASON_MAX_BYTES 1200

/* Its hash is in the policy, so nothing else styles the page, nor any of its parts. */
static const char style[]
    = ":root{color-scheme:light dark;--ground:#f3f4f6;--card:#fff;--text:#1b1f24;"
      "--soft:#59636e;--line:#dde1e6;--good:#1a7f4b;--good-soft:#e0f4e9;--bad:#b42318;"
      "--bad-soft:#fdeae8}"
      "@media(prefers-color-scheme:dark){:root{--ground:#0f1216;--card:#1a1f26;"
      "--text:#e8ebef;--soft:#9aa5b1;--line:#2d353f;--good:#5bd394;--good-soft:#143526;"
      "--bad:#ff8a7e;--bad-soft:#40191a}}"
      "*{box-sizing:border-box}"
      "body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;"
      "background:var(--ground);color:var(--text);"
      "font:16px/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,Ubuntu,Cantarell,"
      "\"Noto Sans\",sans-serif}"
      "main{width:100%;max-width:520px;background:var(--card);border:1px solid "
      "var(--line);border-radius:16px;padding:36px 40px 28px;"
      "box-shadow:0 1px 2px rgba(0,0,0,.06),0 12px 32px rgba(0,0,0,.08)}"
      "svg{display:block;width:56px;height:56px;padding:14px;border-radius:50%;"
      "fill:none;stroke:currentColor;stroke-width:2.5;stroke-linecap:round;"
      "stroke-linejoin:round}"
      ".good svg{color:var(--good);background:var(--good-soft)}"
      ".bad svg{color:var(--bad);background:var(--bad-soft)}"
      "h1{margin:20px 0 4px;font-size:26px;line-height:1.25;letter-spacing:-.01em}"
      "p{margin:8px 0;overflow-wrap:anywhere}"
      "dl{margin:24px 0;border-top:1px solid var(--line)}"
      "dl div{display:grid;grid-template-columns:8em 1fr;gap:4px 16px;padding:11px 0;"
      "border-bottom:1px solid var(--line)}"
      "dt{color:var(--soft)}"
      "dd{margin:0;font-weight:600;overflow-wrap:anywhere;unicode-bidi:isolate}"
      ".reason{margin:20px 0;padding:12px 16px;border-left:3px solid var(--bad);"
      "background:var(--bad-soft);border-radius:0 8px 8px 0;unicode-bidi:isolate}"
      "footer{margin-top:24px;color:var(--soft);font-size:14px}"
      "@media(max-width:480px){main{padding:28px 22px 22px}"
      "dl div{grid-template-columns:1fr}}";

static const char tick[] = "<path d=\"M5 12.5l4.5 4.5L19 7.5\"/>";
static const char cross[] = "<path d=\"M7 7l10 10M17 7L7 17\"/>";

/* New. */
static char *
escaped (const char *text, gsize limit)
{
  g_autofree char *clean = kb_text_escape (text, strlen (text), limit);

  return g_markup_escape_text (clean, -1);
}

static void
add_row (GString *html, const char *name, const char *value)
{
  g_autofree char *safe = value != NULL ? escaped (value, NAME_MAX_BYTES) : NULL;

  if (safe != NULL && *safe != '\0')
    g_string_append_printf (html, "<div><dt>%s</dt><dd>%s</dd></div>", name, safe);
}

static void
add_paragraph (GString *html, const char *kind, const char *text)
{
  g_autofree char *safe = text != NULL ? escaped (text, REASON_MAX_BYTES) : NULL;

  if (safe != NULL && *safe != '\0')
    g_string_append_printf (html, "<p%s>%s</p>", kind, safe);
}

static void
add_rows (GString *html, const KbPage *page)
{
  g_autoptr (GString) rows = g_string_new (NULL);

  add_row (rows, "Account", page->account);
  add_row (rows, "Tenant", page->tenant);
  add_row (rows, "Organization", page->organization);
  add_row (rows, "For", page->program);
  if (rows->len > 0)
    g_string_append_printf (html, "<dl>%s</dl>", rows->str);
}

char *
kb_listener_page (const KbPage *page)
{
  GString *html = g_string_new ("<!DOCTYPE html>\n<html lang=\"en\"><head>"
                                "<meta charset=\"utf-8\"><meta name=\"viewport\" "
                                "content=\"width=device-width,initial-scale=1\">");
  gboolean good = page->reason == NULL;
  const char *standard = good ? "Signed in" : "Not signed in";
  g_autofree char *title
      = escaped (page->title != NULL ? page->title : standard, NAME_MAX_BYTES);

  g_string_append_printf (html,
                          "<title>%s – Keybearer</title><style>%s</style></head>"
                          "<body><main class=\"%s\"><svg viewBox=\"0 0 24 24\" "
                          "aria-hidden=\"true\">%s</svg><h1>%s</h1>",
                          title, style, good ? "good" : "bad", good ? tick : cross,
                          title);
  if (good)
    add_paragraph (html, "", "The program that asked goes on by itself.");
  add_paragraph (html, " class=\"reason\"", page->reason);
  add_paragraph (html, "", page->remedy);
  add_rows (html, page);
  g_string_append (html, good ? "<footer>You can close this window and go back to your "
                                "work.</footer>"
                              : "<footer>You can close this window.</footer>");
  g_string_append (html, "</main></body></html>\n");
  return g_string_free (html, FALSE);
}

const char *
kb_listener_page_policy (void)
{
  static char *policy;
  g_autoptr (GChecksum) checksum = NULL;
  g_autofree char *hash = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;

  if (policy != NULL)
    return policy;
  checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guchar *) style, (gssize) strlen (style));
  g_checksum_get_digest (checksum, digest, &length);
  hash = g_base64_encode (digest, length);
  policy = g_strdup_printf ("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
                            "form-action 'none'; frame-ancestors 'none'",
                            hash);
  return policy;
}
