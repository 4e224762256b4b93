# SPDX-License-Identifier: MIT
# Plays the browser and the person in it: follows redirects, fills in and posts the pages' forms.
# Knows nothing of what the stand-in does behind its pages; it sees their HTML alone.

import dataclasses
import html.parser
import http.cookiejar
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request

LONGEST = 20
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class _Forms(html.parser.HTMLParser):
    """The forms of a page with their hidden fields, inputs and buttons; and its text."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.labels = {}
        self.words = []
        self.silent = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ("style", "script"):
            self.silent = tag
        elif tag == "form":
            self.forms.append({"action": attrs.get("action", ""), "fields": {}, "ids": {}})
        elif tag == "label":
            self.labels[attrs.get("for")] = True
        elif tag in ("input", "button") and self.forms:
            self._field(attrs)

    def _field(self, attrs):
        one = self.forms[-1]
        if attrs.get("type") == "hidden":
            one["fields"][attrs["name"]] = attrs.get("value", "")
        elif "id" in attrs:
            one["ids"][attrs["id"]] = attrs

    def handle_endtag(self, tag):
        if tag == self.silent:
            self.silent = ""

    def handle_data(self, data):
        if not self.silent and data.strip():
            self.words.append(data.strip())


@dataclasses.dataclass
class Page:
    """`left` is set when the browser was sent to a host that is not the stand-in's."""
    url: str
    status: int
    text: str
    left: bool = False

    def __post_init__(self):
        found = _Forms(self.text)
        self.forms, self.words, self.labels = found.forms, " ".join(found.words), found.labels

    def form(self, ident):
        """The form that has a field or button with this id, or None."""
        return next((one for one in self.forms if ident in one["ids"]), None)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """Keeps cookies between sign-ins, as one window of a browser does."""

    def __init__(self, stop_at=()):
        context = ssl.create_default_context(cafile=os.environ["KB_AZURE_CA"])
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        proxy = urllib.request.ProxyHandler({"https": os.environ["HTTPS_PROXY"]})
        self.through = urllib.request.build_opener(
            _Stay, cookies, proxy, urllib.request.HTTPSHandler(context=context))
        self.direct = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))
        self.stop_at = stop_at

    def _once(self, url, data):
        host = urllib.parse.urlsplit(url).hostname
        opener = self.direct if host in LOOPBACK else self.through
        request = urllib.request.Request(url.partition("#")[0], data)
        if data is not None:
            request.add_header("Origin", "null")
        try:
            with opener.open(request, timeout=180) as answer:
                return answer.status, answer.headers, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode(errors="replace")

    def open(self, url, fields=None):
        """A page, after redirects. Ends at a loopback address or at one of `stop_at`."""
        data = None if fields is None else urllib.parse.urlencode(fields).encode()
        for _ in range(LONGEST):
            if any(url.startswith(prefix) for prefix in self.stop_at):
                return Page(url, 0, "" if data is None else data.decode(), True)
            status, headers, text = self._once(url, data)
            if status not in (301, 302, 303, 307) or not headers.get("Location"):
                local = urllib.parse.urlsplit(url).hostname in LOOPBACK
                return Page(url, status, text, local)
            url, data = urllib.parse.urljoin(url, headers["Location"]), None
        raise RuntimeError("redirected too often")

    def press(self, page, ident, **typed):
        """Presses the button with this id, after typing into fields by their ids."""
        form = page.form(ident)
        fields = dict(form["fields"])
        for name, attrs in form["ids"].items():
            if attrs.get("name") and attrs.get("type", "text") != "submit":
                fields[attrs["name"]] = typed.get(name, attrs.get("value", ""))
        button = form["ids"][ident]
        if button.get("name"):
            fields[button["name"]] = button.get("value", "")
        return self.open(urllib.parse.urljoin(page.url, form["action"] or page.url), fields)

    def sign_in(self, url, user, password, otp="", deny=False, code=""):
        """The whole way, to the page where it ends; with `deny` the consent is refused."""
        typed = {"username": {"username": user, "password": password}, "otp": {"otp": otp},
                 "code": {"code": code}}
        page = self.open(url)
        for _ in range(LONGEST):
            asked = next((ident for ident in typed if page.form(ident)), "")
            if page.left or not page.forms or (asked and 'role="alert"' in page.text):
                return page
            if asked:
                page = self.press(page, "submit", **typed[asked])
            else:
                page = self.press(page, self._button(page, user, deny))
        raise RuntimeError("the sign-in does not end")

    def _button(self, page, user, deny):
        if page.form("other"):
            return self._tile(page, user)
        if page.form("accept"):
            return "cancel" if deny else "accept"
        return "submit" if page.form("submit") else "cancel"

    @staticmethod
    def _tile(page, user):
        """The id of the account's button in the picker, or that of another account."""
        found = (ident for form in page.forms for ident in form["ids"]
                 if form["fields"].get("account") == user)
        return next(found, "other")
