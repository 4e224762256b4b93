# SPDX-License-Identifier: MIT
# The pages that a person sees: plain HTML that works without scripts; ids that tests rely on.
# Knows nothing of who may sign in: it is told what to show.

import html

STYLE = """body{font:16px/1.5 sans-serif;background:#f2f2f2;color:#1b1b1b;margin:0}
main{max-width:26em;margin:4em auto;padding:2em;background:#fff;border:1px solid #ccc}
label,input,button{display:block;font:inherit}input{width:100%;box-sizing:border-box;padding:.4em}
label,button{margin-top:1em}button{padding:.4em 1.2em}.error{color:#a80000}"""
TITLE = "Sign in to your account"
WORKING = ('<html><head><title>Working...</title></head><body><form method="POST" '
           'name="hiddenform" action="{action}">{fields}<noscript><p>Script is disabled. Click '
           'Submit to continue.</p><input type="submit" id="submit" value="Submit" /></noscript>'
           '</form><script language="javascript">document.forms[0].submit();</script></body>'
           "</html>")


def escape(text):
    return html.escape(str(text), quote=True)


def hidden(fields):
    return "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}" />'
                   for name, value in fields.items())


def page(title, content):
    """A whole document around the content, which is HTML already."""
    return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
            f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>\n").encode()


def field(name, label, value="", kind="text", complete="off"):
    return (f'<label for="{name}">{escape(label)}</label><input id="{name}" name="{name}" '
            f'type="{kind}" value="{escape(value)}" autocomplete="{complete}">')


def button(ident, text, do):
    return f'<button type="submit" id="{ident}" name="do" value="{do}">{escape(text)}</button>'


def form(action, fields, content):
    return f'<form method="post" action="{escape(action)}">{hidden(fields)}{content}</form>'


def paragraph(text, kind=""):
    mark = f' class="{kind}" role="alert"' if kind else ""
    return f"<p{mark}>{escape(text)}</p>" if text else ""


def sign_in(step, app, hint, problem):
    """User name and password on one page."""
    return page(TITLE, paragraph(f"to continue to {app}") + paragraph(problem, "error") + form(
        step.action, step.fields,
        field("username", "Email, phone, or Skype", hint, "text", "username")
        + field("password", "Password", "", "password", "current-password")
        + button("submit", "Sign in", "sign-in") + button("cancel", "Cancel", "cancel")))


def pick(step, app, accounts):
    """The account picker: one button an account; each is a form of its own."""
    tiles = "".join(
        form(step.action, {**step.fields, "account": account.upn},
             f'<button type="submit" id="account{at}" name="do" value="pick">'
             f"{escape(account.upn)}</button>")
        for at, account in enumerate(accounts))
    rest = form(step.action, step.fields, button("other", "Use another account", "other")
                + button("cancel", "Cancel", "cancel"))
    return page("Pick an account", paragraph(f"to continue to {app}") + tiles + rest)


def second_factor(step, upn, problem):
    return page("Enter code", paragraph(upn) + paragraph(problem, "error") + form(
        step.action, step.fields,
        field("otp", "Code from your authenticator app", "", "text", "one-time-code")
        + button("submit", "Verify", "otp") + button("cancel", "Cancel", "cancel")))


def consent(step, upn, app, wanted):
    items = "".join(f"<li>{escape(name)}</li>" for name in wanted)
    return page("Permissions requested", paragraph(upn) + paragraph(f"{app} would like to:")
                + f"<ul>{items}</ul>" + form(
                    step.action, step.fields,
                    button("accept", "Accept", "accept") + button("cancel", "Cancel", "cancel")))


def confirm(step, upn, app):
    """The device flow's question, because whoever sees it may have been sent the code."""
    text = (f"Are you trying to sign in to {app}? Only continue if you downloaded the app from "
            "a store or website that you trust.")
    return page(f"Are you trying to sign in to {app}?", paragraph(upn) + paragraph(text) + form(
        step.action, step.fields,
        button("accept", "Continue", "accept") + button("cancel", "Cancel", "cancel")))


def needs_admin(step, upn, app):
    text = (f"{app} needs permission to access resources in your organization that only an "
            "admin can grant.")
    return page("Need admin approval", paragraph(upn) + paragraph(text, "error") + form(
        step.action, step.fields, button(
            "cancel", "Return to the application without granting consent", "cancel")))


def enter_code(action, fields, problem):
    return page("Enter code", paragraph("Enter the code displayed on your app or device.")
                + paragraph(problem, "error") + form(
                    action, fields, field("code", "Code") + button("submit", "Next", "code")))


def trouble(title, text):
    """An error that no redirect carries: the person reads it."""
    return page(title, paragraph(text, "error"))


def message(title, text):
    return page(title, paragraph(text))


def form_post(target, fields):
    """The page that posts itself; a button for browsers without scripts."""
    return WORKING.format(action=escape(target), fields=hidden(fields)).encode()
