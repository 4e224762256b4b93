# SPDX-License-Identifier: MIT
# Entra's device flow: the code for the device, the page where a person types it, the confirmation.
# Knows nothing of polling, which is the token endpoint's.

import dataclasses

import entra_headers
import entra_request
import pages
from anchors import recorded, unanchored
from answer import Answer, compact
from authorize import Policy, shown
from forms import BadForm, form
from grants import DEVICE_LIFE

HOSTS = ("microsoft.com", "www.microsoft.com")
PAGE = "https://login.microsoftonline.com/common/oauth2/deviceauth"
ADDRESS = "https://microsoft.com/devicelogin"


@dataclasses.dataclass
class Asked:
    """What a device asked for, as a Policy wants it."""
    client: object
    tenant: str
    scopes: object
    acrs: tuple = ()


class DeviceFlow(Policy):
    """The sign-in that a typed code begins; it ends with a page, never with a redirect."""

    def __init__(self, world, grants, ctx, what, entry):
        super().__init__(world, grants, ctx, what)
        self.entry = entry

    def code(self, user):
        return 53003 if user.block_device_code else super().code(user)

    def refuses(self, one):
        answer = super().refuses(one)
        if answer is not None and self.code(one.user) in (53003, 530003, 53000, 53001):
            self.entry.state, self.entry.user = "blocked", one.user
        return answer

    def consents(self, one):
        """Always a question: who typed the code may have been sent it."""
        if self.missing(one.user):
            return super().consents(one)
        return pages.confirm(one, one.user.upn, self.app)

    def fail(self, one, why):
        return self.deny(one, why)

    def deny(self, one, why):
        self.entry.state = "declined"
        return self.show(200, pages.message("You cancelled the sign-in", "You may close this "
                                            "window."))

    def done(self, one):
        approve(self.entry, self.agree(one.user), one.strong)
        return self.show(200, pages.message(
            self.app, f"You have signed in to the {self.app} application on your device. You may "
            "now close this window."))


def approve(entry, here, strong):
    entry.user, entry.place, entry.strong = here, here.tenant, strong
    entry.state = "approved"


class DeviceCodes:
    def __init__(self, world, grants, signins):
        self.world = world
        self.grants = grants
        self.signins = signins

    async def code(self, ask, ctx, fields):
        """The devicecode endpoint. Raises Problem."""
        name = ask.segments[0]
        client = entra_request.client(self.world, ctx, name, fields.get("client_id"))
        place = entra_request.tenant(self.world, ctx, name)
        entra_request.scopes(ctx, fields.get("scope", ""), client, place)
        entry = self.grants.devices.issue(client, name, fields["scope"].split(), ctx.correlation)
        return issued(ctx, entry)

    async def page(self, ask, ctx):
        """Where a person types the code; microsoft.com/devicelogin leads there."""
        if ask.host in HOSTS:
            return led(ctx)
        if ask.method != "POST":
            return self._ask(ctx, "")
        try:
            typed = form(await ask.body()).get("code", "")
        except BadForm:
            typed = ""
        entry = self.grants.devices.typed(typed)
        if entry is None:
            return self._ask(ctx, "That code didn't work. Check the code and try again.")
        words = entra_request.scopes(ctx, " ".join(entry.scopes), entry.client, None)
        asked = Asked(entry.client, entry.tenant, words)
        flow = DeviceFlow(self.world, self.grants, ctx, asked, entry)
        return self.signins.begin(ask, flow, "/common/login", "select_account")

    @staticmethod
    def _ask(ctx, trouble):
        return shown(ctx, 200, pages.enter_code("/common/oauth2/deviceauth", {}, trouble))


@recorded("E9")
def issued(ctx, entry):
    """Nine characters; the verification address without www and without the code."""
    body = compact({
        "user_code": entry.user_code, "device_code": entry.code,
        "verification_uri": ADDRESS, "expires_in": DEVICE_LIFE, "interval": entry.interval,
        "message": f"To sign in, use a web browser to open the page {ADDRESS} and enter the code "
                   f"{entry.user_code} to authenticate."})
    return Answer(200, entra_headers.token(ctx, len(body), "1,0,0,,"), body)


@unanchored("a redirect of microsoft.com that is not recorded")
def led(ctx):
    return Answer(302, [("Location", PAGE), ("Date", ""), ("Content-Length", "0")], b"")
