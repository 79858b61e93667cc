"""Logging in at a real, small OpenID Connect provider on this machine: discovery, code flow with PKCE, and its lies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from assistant.web.login import user_of
from assistant.web.metrics import Metrics
from assistant.web.oidc import OpenIDConnect, Provider
from assistant.web.refusal import Refusals
from assistant.web.wiring import Access, Guard, protect
from corpus.errors import StoreError

Serve = Callable[..., str]
CLIENT, SECRET = "wegwijzer", "client-secret"
BROWSER = {"Accept": "text/html"}


class Organisation:
    """A provider that lets everybody in at once. ``claims`` and the other attributes make it tell lies."""

    def __init__(self, serve: Serve) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"})
        self.published = [self.key]
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "RS256"}
        self.told: dict[str, Any] = {}
        self.signed_by: Any = None
        self.token: Callable[[str], dict[str, Any]] = lambda token: {"id_token": token}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        app = FastAPI()
        app.add_api_route("/.well-known/openid-configuration", self._configuration)
        app.add_api_route("/keys", self._keys)
        app.add_api_route("/authorize", self._authorize)
        app.add_api_route("/token", self._token, methods=["POST"])
        self.issuer = serve(app)

    def _configuration(self) -> dict[str, Any]:
        self.asked.append("configuration")
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end",
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.told,
        }

    def _keys(self) -> dict[str, Any]:
        self.asked.append("keys")
        return {"keys": [key.as_dict(private=False) for key in self.published]}

    def _authorize(self, request: Request) -> RedirectResponse:
        sent = dict(request.query_params)
        assert sent["response_type"] == "code" and sent["client_id"] == CLIENT and "openid" in sent["scope"].split()
        assert sent["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = sent
        return RedirectResponse(f"{sent['redirect_uri']}?{urlencode({'code': code, 'state': sent['state']})}", 302)

    async def _token(self, request: Request) -> JSONResponse:
        sent = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        given = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        first = self.codes.pop(sent["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).decode().rstrip("=")
        if first is None or given != f"{CLIENT}:{SECRET}" or challenge != first["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        if sent["redirect_uri"] != first["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "42", "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": first["nonce"]}
        claims |= {"preferred_username": "anna@gemeente.example", **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"kid": self.key.kid, **self.header}
        token = jwt.encode(header, claims, self.signed_by or self.key, algorithms=["RS256", "HS256", "none"])
        return JSONResponse({"access_token": "a", "token_type": "Bearer", **self.token(token)})


class Site:
    """A guarded application whose door is at the organisation."""

    def __init__(self, serve: Serve, issuer: str, path: str = "", **options: Any) -> None:
        self.metrics = Metrics()
        refusals = Refusals(count=self.metrics.refused)
        self.door = OpenIDConnect(Provider(issuer, CLIENT, SECRET, **options), refusals)
        app = FastAPI(openapi_url=None)

        @app.get("/{page:path}")
        def page(request: Request) -> HTMLResponse:
            user = user_of(request.scope)
            return HTMLResponse(f"<h1>{user.name if user else None} {user.role if user else None}</h1>")

        protect(app, Guard(self.metrics, refusals, access=Access(self.door, "s" * 40, 12, path)))
        self.address = serve(app, root_path=path)

    def visit(self, path: str = "/") -> httpx.Response:
        with httpx.Client(headers=BROWSER, follow_redirects=True) as client:
            return client.get(self.address + path)


@pytest.fixture
def organisation(serve: Serve) -> Organisation:
    return Organisation(serve)


def test_somebody_comes_in_and_gets_the_page_that_was_wanted(organisation: Organisation, serve: Serve) -> None:
    site = Site(serve, organisation.issuer)
    page = site.visit("/?unit=actie-3")
    assert "anna@gemeente.example user" in page.text
    assert str(page.url) == f"{site.address}/?unit=actie-3"
    steps = [urlsplit(str(response.url)).path for response in page.history]
    assert steps == ["/", "/login", "/authorize", "/login/callback"]
    assert organisation.asked == ["configuration", "keys"]


def test_the_provider_is_asked_for_its_addresses_once(organisation: Organisation, serve: Serve) -> None:
    site = Site(serve, organisation.issuer)
    for _ in range(3):
        assert "anna" in site.visit().text
    assert organisation.asked == ["configuration", "keys"]


def test_a_new_key_of_the_provider_is_fetched(organisation: Organisation, serve: Serve) -> None:
    site = Site(serve, organisation.issuer)
    site.visit()
    organisation.key = RSAKey.generate_key(2048, {"kid": "2", "use": "sig"})
    organisation.published = [organisation.key]
    assert "anna" in site.visit().text


def test_nothing_is_asked_of_the_provider_before_somebody_logs_in(organisation: Organisation, serve: Serve) -> None:
    site = Site(serve, organisation.issuer)
    assert httpx.get(site.address + "/config").status_code == 401
    assert organisation.asked == []


def by_public_key(token: str, key: RSAKey) -> str:
    """The claims of a token, signed with what everybody knows: the public key, taken for a shared secret."""
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"1"}').decode().rstrip("=")
    signed = f"{header}.{token.split('.')[1]}"
    signature = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


LIES: dict[str, Callable[[Organisation], None]] = {
    "for another client": lambda o: o.claims.update(aud="other"),
    "for another client too": lambda o: o.claims.update(aud=[CLIENT, "other"], azp="other"),
    "for nobody": lambda o: o.claims.update(aud=None),
    "by another issuer": lambda o: o.claims.update(iss="https://example.org"),
    "expired": lambda o: o.claims.update(exp=int(time.time()) - 3600),
    "without an end": lambda o: o.claims.update(exp=None),
    "another nonce": lambda o: o.claims.update(nonce="x"),
    "no nonce": lambda o: o.claims.update(nonce=None),
    "no subject": lambda o: o.claims.update(sub=None),
    "signed by another key": lambda o: setattr(o, "signed_by", RSAKey.generate_key(2048, {"kid": "1"})),
    "not signed": lambda o: (o.header.update(alg="none"), setattr(o, "signed_by", OctKey.import_key("x" * 32)))[0],
    "for another client, by us": lambda o: o.claims.update(aud="other", azp=CLIENT),
    "signed with the public key": lambda o: setattr(o, "token", lambda token: {"id_token": by_public_key(token, o.key)}),
    "weak algorithms offered": lambda o: (
        o.told.update(id_token_signing_alg_values_supported=["none", "HS256"]), o.header.update(alg="none"),
        setattr(o, "signed_by", OctKey.import_key("x" * 32)),
    )[0],
    "no id token": lambda o: setattr(o, "token", lambda token: {}),
    "a broken id token": lambda o: setattr(o, "token", lambda token: {"id_token": token[:-20]}),
    "an id token that is a number": lambda o: setattr(o, "token", lambda token: {"id_token": 5}),
    "discovery names another issuer": lambda o: o.told.update(issuer="https://example.org"),
    "discovery without addresses": lambda o: o.told.update(authorization_endpoint=None),
    "discovery without keys": lambda o: o.told.update(jwks_uri=None),
    "keys elsewhere": lambda o: o.told.update(jwks_uri=f"{o.issuer}/nothing"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_lets_nobody_in(lie: str, organisation: Organisation, serve: Serve) -> None:
    LIES[lie](organisation)
    site = Site(serve, organisation.issuer)
    with httpx.Client(headers=BROWSER, follow_redirects=True) as client:
        page = client.get(site.address + "/")
        assert page.status_code == 502
        assert "niet gelukt" in page.text and 'href="/login"' in page.text
        assert client.get(site.address + "/", follow_redirects=False).status_code == 303
    assert b'wegwijzer_refused_total{reason="login_failed"} 1.0' in site.metrics.text()


def test_a_provider_that_is_away_and_comes_back(organisation: Organisation, serve: Serve) -> None:
    organisation.told["issuer"] = "https://example.org"
    site = Site(serve, organisation.issuer)
    assert site.visit().status_code == 502
    organisation.told.clear()
    assert "anna" in site.visit().text
    # Port 1 of this machine: nobody answers.
    assert Site(serve, "http://127.0.0.1:1").visit().status_code == 502


@pytest.mark.parametrize("query", ["", "?code=x&state=y", "?error=access_denied&error_description=<script>", "?code=x"])
def test_a_callback_that_nobody_began(query: str, organisation: Organisation, serve: Serve) -> None:
    page = Site(serve, organisation.issuer).visit(f"/login/callback{query}")
    assert page.status_code == 502 and "<script>" not in page.text


def test_the_code_of_somebody_else_does_not_fit(organisation: Organisation, serve: Serve) -> None:
    site = Site(serve, organisation.issuer)
    with httpx.Client(headers=BROWSER) as mine, httpx.Client(headers=BROWSER) as theirs:
        back = mine.get(mine.get(f"{site.address}/login").headers["location"]).headers["location"]
        theirs.get(f"{site.address}/login")
        assert theirs.get(back).status_code == 502
        assert theirs.get(site.address).status_code == 303
        assert mine.get(back).status_code == 303
        assert mine.get(back).status_code == 502  # nor does one's own a second time


def test_roles_come_from_a_claim(organisation: Organisation, serve: Serve) -> None:
    options = {"role_claim": "realm.roles", "user_value": "beleid", "maintainer_value": "beheer"}
    site = Site(serve, organisation.issuer, **options)
    organisation.claims = {"realm": {"roles": ["beleid", "x"]}}
    assert "anna@gemeente.example user" in site.visit().text
    organisation.claims = {"realm": {"roles": ["beheer"]}}
    assert "anna@gemeente.example maintainer" in site.visit().text
    for realm in ({"roles": ["x"]}, {"roles": []}, {}, "beleid", None):
        organisation.claims = {"realm": realm, "beleid": "beleid"}
        refused = site.visit()
        assert refused.status_code == 403 and "geen toegang" in refused.text
    without = Site(serve, organisation.issuer, maintainer_value="beheer")
    organisation.claims = {"roles": ["beheer"]}
    assert "anna@gemeente.example user" in without.visit().text


def test_a_sub_path_and_a_public_address(organisation: Organisation, serve: Serve) -> None:
    site = Site(serve, organisation.issuer, path="/wegwijzer")
    begin = httpx.get(f"{site.address}/login", headers=BROWSER).headers["location"]
    assert parse_qs(urlsplit(begin).query)["redirect_uri"] == [f"{site.address}/wegwijzer/login/callback"]
    site = Site(serve, organisation.issuer, path="/wegwijzer", public_url="https://intranet.example/wegwijzer/")
    begin = httpx.get(f"{site.address}/login", headers=BROWSER).headers["location"]
    assert parse_qs(urlsplit(begin).query)["redirect_uri"] == ["https://intranet.example/wegwijzer/login/callback"]


def test_logging_out_here_offers_to_log_out_there(organisation: Organisation, serve: Serve) -> None:
    site = Site(serve, organisation.issuer)
    with httpx.Client(headers=BROWSER, follow_redirects=True) as client:
        client.get(site.address)
        left = client.post(f"{site.address}/logout")
        assert re.findall(r'href="([^"]+)"', left.text) == ["/login", f"{organisation.issuer}/end?client_id={CLIENT}"]
        assert client.get(site.address, follow_redirects=False).status_code == 303


def test_a_session_of_another_door_is_no_session(organisation: Organisation, serve: Serve) -> None:
    door = Site(serve, organisation.issuer).door
    session = {"door": "organisation", "name": "anna", "role": "user"}
    assert door.find(session) is not None
    for change in ({"door": "password"}, {"role": "admin"}, {"role": None}, {"name": None}):
        assert door.find({**session, **change}) is None


@pytest.mark.parametrize("issuer", ["http://login.example.org", "ftp://127.0.0.1", "login.example.org", ""])
def test_an_issuer_without_https_is_refused(issuer: str) -> None:
    with pytest.raises(StoreError) as error:
        OpenIDConnect(Provider(issuer, CLIENT, SECRET), Refusals())
    assert error.value.code == "oidc-issuer"
