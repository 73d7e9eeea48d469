"""The hub's sign-in on loopback: whoever comes is signed in as the account that is next, without a question."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "workbench-client"
SECRET = "not-for-anybody"


class Provider:
    """It.

    Attributes:
        address: Of the server.
        account: Subject and name of who signs in next.
        redirects: Where it sent browsers back to.
    """

    def __init__(self) -> None:
        self.address = ""
        self.account = ("1", "ann")
        self.redirects: list[str] = []
        self._key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "one"})
        self._nonces: dict[str, str] = {}

    def environment(self) -> Mapping[str, str]:
        """Return what a Space's environment says of it."""
        return {
            "SYSTEM": "spaces", "SPACE_ID": "boss/workbench", "SPACE_AUTHOR_NAME": "boss", "OAUTH_CLIENT_ID": CLIENT,
            "OAUTH_CLIENT_SECRET": SECRET, "OAUTH_SCOPES": "openid profile", "OPENID_PROVIDER_URL": self.address,
        }  # fmt: skip

    def described(self) -> dict[str, Any]:
        places = {name: f"{self.address}/{name}" for name in ("authorize", "token", "jwks", "userinfo")}
        return {
            "issuer": self.address, "authorization_endpoint": places["authorize"], "token_endpoint": places["token"],
            "jwks_uri": places["jwks"], "userinfo_endpoint": places["userinfo"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }  # fmt: skip

    def keys(self) -> dict[str, Any]:
        return {"keys": [self._key.as_dict(private=False)]}

    def sent_back(self, query: Mapping[str, list[str]]) -> str:
        """Return where a browser goes that is signed in now."""
        code = f"code-{len(self.redirects)}"
        self._nonces[code] = query["nonce"][0]
        target = query["redirect_uri"][0]
        self.redirects.append(target)
        return f"{target}{'&' if '?' in target else '?'}{urlencode({'code': code, 'state': query['state'][0]})}"

    def token(self, code: str) -> tuple[int, dict[str, Any]]:
        if code not in self._nonces:
            return 400, {"error": "invalid_grant"}
        subject, name = self.account
        now = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT, "sub": subject, "iat": now, "exp": now + 3600,
            "nonce": self._nonces.pop(code), "name": name.title(), "preferred_username": name,
            "profile": f"{self.address}/{name}", "picture": "",
        }  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self._key)
        return 200, {
            "access_token": f"secret-token-of-{name}", "token_type": "bearer", "expires_in": 3600, "scope": "openid profile",
            "id_token": signed,
        }  # fmt: skip


@contextmanager
def fake_provider() -> Iterator[Provider]:
    """Serve it."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def _send(self, status: int, data: Any, **headers: str) -> None:
            content = json.dumps(data).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/.well-known/openid-configuration":
                self._send(200, provider.described())
            elif url.path == "/jwks":
                self._send(200, provider.keys())
            elif url.path == "/authorize":
                self._send(302, {}, Location=provider.sent_back(parse_qs(url.query)))
            else:
                self._send(404, {"error": url.path})

        def do_POST(self) -> None:
            body = parse_qs(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())
            self._send(*provider.token(body.get("code", [""])[0]))

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
