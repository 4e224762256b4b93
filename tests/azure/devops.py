# SPDX-License-Identifier: MIT
# The front door of Azure DevOps: who is asking, what is wrong with that, which answer is due.
# Knows nothing of what REST resources contain or of how git is run.

import audits
import blobs
import feeds
import pats
import place as places
import refusals
import rest
import sessions
from answer import Answer
from gitsmart import GitServer
from lfs import LfsServer
from variables import VariableGroups
from workitems import WorkItems

READ = {"app_token", "vso.code", "vso.code_write", "vso.code_manage", "vso.code_full"}
WRITE = READ - {"vso.code"}


class DevOps:
    """Answers every Azure DevOps host and the blob storage behind it. `folder` holds repositories
    and LFS objects."""

    def __init__(self, world, vault, folder):
        self.world = world
        self.vault = vault
        self.git = GitServer(world, folder / "repos")
        self.lfs = LfsServer(world, folder / "lfs")
        self.blobs = blobs.Blobs()
        self.feeds = feeds.Feeds(world, self.blobs)
        self.audits = audits.Audits(world)
        self.pats = pats.Pats(world, vault, self.audits)
        self.sessions = sessions.Sessions(world, vault, self.audits)
        self.items = WorkItems(world)
        self.variables = VariableGroups(world)

    async def answer(self, ask):
        place = places.locate(ask)
        org = self._org(place.org)
        if org is None and place.org and place.rest != ["_signin"]:
            return refusals.no_organization(self.world, ask)
        lines = ask.headers.getall("Authorization", [])
        if len(lines) > 1:
            return refusals.two_credentials(self.world, ask)
        verdict = self.vault.judge(lines[0] if lines else "", org)
        ask.credential = verdict.summary()
        if place.rest == ["_signin"]:
            return refusals.signin_landing(self.world, ask)
        if org is None:
            return self._orgless(ask, place, verdict)
        if org.stopped:
            return refusals.stopped(self.world, ask, org)
        path = places.git_path(place.rest)
        if path and path[2]:
            return await self._git(ask, org, place, verdict, path)
        return await self._rest(ask, org, place, verdict)

    def _org(self, wanted):
        by_id = {org.id: org for org in self.world.orgs.values()}
        return self.world.orgs.get(wanted) or by_id.get(wanted)

    async def _git(self, ask, org, place, verdict, path):
        """git and LFS: every credential that is not good gets 401, so that git moves on."""
        world, owner = self.world, verdict.owner
        if verdict.claims:
            return refusals.claims_challenge(world, ask, org, place, verdict)
        if verdict.why:
            return refusals.git_unauthorized(world, ask, org, place)
        if not verdict.scopes & READ:
            return refusals.right_missing(world, ask)
        repo = org.repo(path[0], path[1])
        if repo is None and ask.route == "lfs":
            repo = org.repo(path[0].removesuffix(".git"), path[1].removesuffix(".git"))
        if repo is None or (repo.only and owner.name not in repo.only):
            return refusals.git_missing(world, ask, path[1], owner)
        may_write = org.members[owner.name] == "rw" and bool(verdict.scopes & WRITE)
        if ask.route == "lfs":
            return await self.lfs.answer(ask, repo, path[2], owner, may_write)
        if self.git.is_push(ask, path[2]) and not may_write:
            return refusals.git_forbidden(world, ask, owner)
        return await self.git.answer(ask, repo, path[2], owner)

    async def _rest(self, ask, org, place, verdict):
        feed = place.service == places.PKGS and places.feed_path(place.rest)
        if verdict.claims:
            answer = refusals.claims_challenge(self.world, ask, org, place, verdict)
        elif verdict.why:
            answer = ((feed and self.feeds.refuse(ask, org, place, verdict))
                      or self._refuse(ask, org, place, verdict))
        elif feed:
            answer = await self.feeds.answer(ask, org, place, verdict)
        else:
            answer = (place.area and await self._resource(ask, org, place, verdict)
                      or rest.answer(self.world, ask, org, place, verdict))
        if ask.method != "HEAD":
            return answer
        return self._head(ask, org, place, answer)

    async def _resource(self, ask, org, place, verdict):
        """The resources that can be changed; None where it is none of them."""
        owner, scopes = verdict.owner, verdict.scopes
        return (await self.pats.answer(ask, org, place, verdict)
                or await self.sessions.answer(ask, org, place, verdict)
                or self.audits.answer(ask, org, place, owner, scopes)
                or await self.items.answer(ask, org, place, owner, scopes)
                or await self.variables.answer(ask, org, place, owner, scopes))

    def _head(self, ask, org, place, answer):
        """A HEAD has no body; a good one carries the tenant headers (D2)."""
        if answer.status == 200:
            return rest.head(self.world, ask, org, place, answer)
        headers = [(k, "0" if k == "Content-Length" else v) for k, v in answer.headers]
        return Answer(answer.status, headers, anchor=answer.anchor)

    def _refuse(self, ask, org, place, verdict):
        """The refusal table of the README: by kind of credential, by Suppress, by method."""
        world, suppress = self.world, "X-TFS-FedAuthRedirect" in ask.headers
        if verdict.kind == "pat" and verdict.why == "expired":
            return refusals.pat_expired(world, ask, org, place)
        if verdict.why == "anonymous":
            if place.area is None and not suppress and place.service == places.TFS:
                return refusals.page_redirect(world, ask, org, place)
            return refusals.anonymous(world, ask, org, place)
        if verdict.why == "not-member" and suppress and verdict.kind == "entra":
            return refusals.not_member(world, ask, org, place, verdict.owner)
        if verdict.scheme == "Bearer" and verdict.why not in ("foreign-tenant", "not-member"):
            if ask.method in ("GET", "POST", "HEAD") and not suppress:
                return refusals.signin_page(world, ask, org, place)
            return refusals.bearer_refused(world, ask, org, place)
        if suppress:
            return refusals.credential_refused(world, ask, org, place)
        return refusals.signin_redirect(world, ask, org, place)

    def _orgless(self, ask, place, verdict):
        """app.vssps.visualstudio.com: Entra tokens only, an organization's PAT is refused."""
        home = rest.home(self.world, verdict.owner)
        if verdict.kind == "entra" and not verdict.why:
            return rest.answer(self.world, ask, home, place, verdict)
        if verdict.why == "anonymous" or verdict.kind == "pat":
            return refusals.anonymous(self.world, ask, home, place)
        return self._refuse(ask, home, place, verdict)
