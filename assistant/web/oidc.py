"""Logging in at the organisation, by OpenID Connect: code flow with PKCE; the keys and addresses come by discovery.

The only requests to another machine that this makes go to the issuer that the installation has set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from assistant.web.login import admit
from assistant.web.logs import note
from assistant.web.pages import failed_page
from assistant.web.refusal import Refusals
from assistant.web.routes import CALLBACK, LOGIN, root_of
from assistant.web.sessions import safe_next
from assistant.web.texts import language_of, text
from assistant.web.users import ROLES, User
from corpus.errors import StoreError

# Signed with a key that only the issuer has: no "none", and no secret that others share.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_FAILURES = (OAuthError, JoseError, httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError, RuntimeError)
"""What a provider that is away, misconfigured or false leads to; authlib raises RuntimeError for missing addresses."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Provider:
    """The organisation's provider, and who may do what.

    Attributes:
        issuer: its address, as its discovery document says it; https, except on this machine.
        public_url: address of this application, such as ``https://example.nl/wegwijzer``; None: as the request has it.
        role_claim: claim of the id token that holds roles or groups, with dots for claims in claims; None: nobody has a role.
        user_value: role that is needed to come in; None: everybody whom the provider lets in.
        maintainer_value: role that makes a maintainer; None: nobody is one.
    """

    issuer: str
    client_id: str
    client_secret: str
    public_url: str | None = None
    role_claim: str | None = None
    user_value: str | None = None
    maintainer_value: str | None = None


class OpenIDConnect:
    """A door at the organisation's provider.

    Raises:
        StoreError: the issuer is no https address.
    """

    kind = "organisation"

    def __init__(self, provider: Provider, refusals: Refusals) -> None:
        address = urlsplit(provider.issuer)
        if address.scheme != "https" and not (address.scheme == "http" and address.hostname in _LOOPBACK):
            raise StoreError("oidc-issuer", issuer=provider.issuer)
        self._provider, self._refusals = provider, refusals
        self._leave: str | None = None
        self._client: Any = OAuth().register(
            self.kind,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "timeout": 10},
        )

    def routes(self) -> list[Route]:
        return [Route(LOGIN, self._start, methods=["GET"]), Route(CALLBACK, self._finish, methods=["GET"])]

    def find(self, session: dict[str, Any]) -> User | None:
        name, role = session.get("name"), session.get("role")
        if session.get("door") != self.kind or not isinstance(name, str):
            return None
        known = next((each for each in ROLES if each == role), None)
        return User(name, known) if known else None

    def leave(self) -> str | None:
        return self._leave

    async def _start(self, request: Request) -> Response:
        try:
            await self._discover()
            request.session["next"] = safe_next(request.query_params.get("next"), request.scope)
            sent: Response = await self._client.authorize_redirect(request, self._callback(request))
        except _FAILURES as error:
            return self._failed(request, "provider_failed", error)
        return sent

    async def _finish(self, request: Request) -> Response:
        following = safe_next(request.session.get("next"), request.scope)
        try:
            await self._discover()
            claims = {
                "iss": {"essential": True, "values": [self._client.server_metadata["issuer"]]},
                "aud": {"essential": True, "values": [self._provider.client_id]},
            }
            token = await self._client.authorize_access_token(request, claims_options=claims)
            user = self._user(token["userinfo"])
        except _FAILURES as error:
            return self._failed(request, "provider_failed", error)
        if user is None:
            return self._failed(request, "provider_refused")
        admit(request.scope, self.kind, user)
        return RedirectResponse(following, 303)

    async def _discover(self) -> None:
        """Fetch the provider's addresses once, and take nothing of another issuer or of a weaker signature."""
        found = await self._client.load_server_metadata()
        if str(found["issuer"]).rstrip("/") != self._provider.issuer.rstrip("/"):
            found.pop("_loaded_at")  # authlib's mark that it need not ask again
            raise ValueError("issuer")
        offered = found.get("id_token_signing_alg_values_supported", ())
        found["id_token_signing_alg_values_supported"] = [each for each in offered if each in _ALGORITHMS] or ["RS256"]
        end = found.get("end_session_endpoint")
        self._leave = f"{end}?{urlencode({'client_id': self._provider.client_id})}" if end else None

    def _user(self, claims: Mapping[str, Any]) -> User | None:
        """Who the provider says it is; None when this person may not come in."""
        provider = self._provider
        roles = _values(claims, provider.role_claim)
        if provider.user_value and not roles & {provider.user_value, provider.maintainer_value}:
            return None
        name = str(claims.get("preferred_username") or claims.get("name") or claims["sub"])[:64]
        return User(name, "maintainer" if provider.maintainer_value in roles else "user")

    def _callback(self, request: Request) -> str:
        own = f"{request.url.scheme}://{request.url.netloc}{root_of(request.scope)}"
        return (self._provider.public_url or own).rstrip("/") + CALLBACK

    def _failed(self, request: Request, problem: str, error: Exception | None = None) -> Response:
        self._refusals.count("login_failed")
        # The error's name only: its words may hold a token.
        note("login", status="refused", reason=type(error).__name__ if error else problem)
        language = language_of(request.scope, self._refusals.language)
        again = f"{root_of(request.scope)}{LOGIN}"
        return failed_page(language, text(problem, language), again, 403 if problem == "provider_refused" else 502)


def _values(claims: Mapping[str, Any], name: str | None) -> set[str]:
    """The values of a claim, which may be one word or a list; empty when it is not there."""
    value: Any = claims
    for part in name.split(".") if name else ():
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is claims or value is None:
        return set()
    return {str(each) for each in value} if isinstance(value, list) else {str(value)}
