"""A hub on loopback that takes repositories and commits, as far as `huggingface_hub` asks for it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

TOKEN = "hf_right"


class FakeHub:
    """What it was sent.

    Attributes:
        repositories: Name → whether it is private.
        tokens: Of every request.
        kinds: Repository → `model`, or `space`.
        variables: Of Spaces, all together.
        secrets: Names of those that Spaces have.
        deleted: Files that commits removed.
        squashed: Repositories whose history was made one commit.
        erased: Content that was deleted for good, by checksum.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repositories: dict[str, bool] = {}
        self.tokens: set[str] = set()
        self.kinds: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.secrets: list[str] = []
        self.deleted: list[str] = []
        self.squashed: list[str] = []
        self.erased: list[str] = []
        self.address = ""

    def answer(self, path: str, body: bytes, token: str) -> tuple[int, Any]:
        self.tokens.add(token)
        if token == "hf_reader":
            return 403, {"error": "no"}
        if token != TOKEN:
            return 401, {"error": "who are you"}
        if path == "/api/repos/create":
            asked = json.loads(body)
            name = f"{asked['organization']}/{asked['name']}" if asked.get("organization") else f"me/{asked['name']}"
            self.repositories[name] = asked.get("private") or asked.get("visibility") == "private"
            self.kinds[name] = asked.get("type", "model")
            return 200, {"url": f"{self.address}/{'spaces/' if self.kinds[name] == 'space' else ''}{name}"}
        if path.startswith("/api/validate-yaml"):
            return 200, {"errors": [], "warnings": []}
        if path == "/api/whoami-v2":
            return 200, {"type": "user", "name": "me", "auth": {}}
        if path.startswith("/api/datasets/") and path.count("/") == 4:
            name = path.removeprefix("/api/datasets/")
            return (200, {"id": name, "sha": "a" * 40}) if name in self.repositories else (404, {"error": name})
        if "/preupload/" in path:
            asked = json.loads(body)
            return 200, {
                "files": [{"path": one["path"], "uploadMode": "regular", "shouldIgnore": False} for one in asked["files"]]
            }
        if "/commit/" in path:
            for line in body.splitlines():
                one = json.loads(line)
                if one["key"] == "file":
                    target = self.folder / one["value"]["path"]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(base64.b64decode(one["value"]["content"]))
                elif one["key"] == "deletedFile":
                    (self.folder / one["value"]["path"]).unlink()
                    self.deleted.append(one["value"]["path"])
            return 200, {
                "commitUrl": f"{self.address}/me/my-model/commit/{'a' * 40}",
                "commitOid": "a" * 40,
                "success": True,
            }
        return self._of_past(path, body)

    def _of_past(self, path: str, body: bytes) -> tuple[int, Any]:
        if "/super-squash/" in path:
            self.squashed.append(path.removeprefix("/api/datasets/").partition("/super-squash/")[0])
            return 200, {}
        if path.endswith("/lfs-files"):
            return 200, [self._stored(name) for name in [*self.deleted, *sorted(one.name for one in self.folder.iterdir())]]
        if path.endswith("/lfs-files/batch"):
            self.erased += json.loads(body)["deletions"]["sha"]
            return 200, {}
        return self._of_space(path, body)

    @staticmethod
    def _stored(name: str) -> dict[str, Any]:
        return {
            "fileOid": f"of {name}", "filename": name, "oid": f"of {name}", "size": 1, "ref": None,
            "pushedAt": "2026-11-24T00:00:00.000Z",
        }  # fmt: skip

    def _of_space(self, path: str, body: bytes) -> tuple[int, Any]:
        if path.endswith("/variables"):
            if body:
                self.variables[json.loads(body)["key"]] = json.loads(body)["value"]
            return 200, {}
        if path.endswith("/secrets"):
            return 200, {name: {"key": name} for name in self.secrets}
        if "/tree/" in path:
            paths = [one for one in sorted(self.folder.rglob("*")) if one.is_file()]
            files = {one.relative_to(self.folder).as_posix(): one.stat().st_size for one in paths}
            return 200, [{"type": "file", "path": name, "size": size, "oid": "b" * 40} for name, size in files.items()]
        if path.startswith("/api/spaces/"):
            return 200, {"id": "me/space", "sha": "a" * 40, "siblings": []}
        return 404, {"error": path}


@contextmanager
def fake_hub(folder: Path) -> Iterator[FakeHub]:
    """Serve it; yields what it is sent."""
    hub = FakeHub(folder)

    class Handler(BaseHTTPRequestHandler):
        def _send_file(self) -> None:
            path = folder / self.path.partition("/resolve/")[2].partition("/")[2]
            is_there = path.is_file()
            self.send_response(200 if is_there else 404)
            if not is_there:
                self.send_header("X-Error-Code", "EntryNotFound")
            content = path.read_bytes() if is_there else b""
            self.send_header("ETag", '"' + hashlib.sha256(content).hexdigest() + '"')
            self.send_header("X-Repo-Commit", "a" * 40)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        def _reply(self) -> None:
            if "/resolve/" in self.path and self.headers.get("Authorization") == f"Bearer {TOKEN}":
                self._send_file()
                return
            length = int(self.headers.get("Content-Length") or 0)
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            status, data = hub.answer(self.path, self.rfile.read(length), token)
            content = json.dumps(data).encode()
            self.send_response(status)
            if status == 404 and self.path.startswith("/api/datasets/"):
                self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_HEAD = _reply

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
