"""A stand-in for the hub's endpoints that `hf datasets ls` and `hf upload` of huggingface_hub 2.4.0 call.

It keeps repositories in memory, records requests and fails on demand. Large files go through the batch API of Git LFS,
as they do if Xet is off.
"""
import base64
import hashlib
import http.server
import json
import re
import socket
import threading
import urllib.parse

LFS_SUFFIXES = (".parquet",)


def git_blob(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Hub(http.server.ThreadingHTTPServer):
    """Tokens: `write-…` may write, others may read."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        # By repository: the content of each path, and the titles of the commits.
        self.repositories = {}
        self.commits = {}
        # The content of uploaded large files, by SHA-256.
        self.objects = {}
        self.requests = []
        # Called with the handler and the name of an endpoint; returns True if it has sent the response.
        self.fault = None
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        pass  # Tests cut connections.

    def put(self, repository, path, content):
        """Writes a file as somebody else's commit."""
        self.repositories.setdefault(repository, {})[path] = content
        self.commits.setdefault(repository, []).append("somebody else's")

    def writes(self):
        return [request for request in self.requests if request not in ("tree", "info", "validate")]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, value=None, **headers):
        body = json.dumps({} if value is None else value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, message):
        self.answer(status, {"error": message}, X_Error_Message=message)

    def cut(self):
        """Ends the connection without a response."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def route(self):
        url = urllib.parse.urlparse(self.path)
        path = urllib.parse.unquote(url.path)
        for method, pattern, name in ROUTES:
            if method == self.command and (match := re.fullmatch(pattern, path)):
                with self.server.lock:
                    self.server.requests.append(name)
                if self.server.fault and self.server.fault(self, name):
                    return
                return getattr(self, name)(*match.groups())
        self.refuse(404, f"the stand-in has no {self.command} {path}")

    do_GET = do_POST = do_PUT = route

    def may_write(self):
        if self.headers.get("Authorization", "").startswith("Bearer write-"):
            return True
        self.refuse(403, "you don't have the rights to write")
        return False

    def files(self, repository):
        files = self.server.repositories.get(repository)
        if files is None:
            self.answer(404, {"error": "Repository not found"}, X_Error_Code="RepoNotFound")
        return files

    def info(self, repository):
        if self.files(repository) is not None:
            self.answer(200, {"id": repository, "sha": "0" * 40, "siblings": []})

    def tree(self, repository):
        if (files := self.files(repository)) is None:
            return
        folders = sorted({path.split("/")[0] for path in files if "/" in path})
        items = [{"type": "directory", "path": folder, "oid": "1" * 40, "size": 0} for folder in folders]
        for path, content in sorted(files.items()):
            item = {"type": "file", "path": path, "size": len(content), "oid": git_blob(content)}
            if path.endswith(LFS_SUFFIXES):
                item["oid"] = "2" * 40
                item["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
            items.append(item)
        # By pages, as the hub does.
        start = int(dict(urllib.parse.parse_qsl(urllib.parse.urlparse(self.path).query)).get("cursor", 0))
        page = items[start:start + 100]
        if start + 100 < len(items):
            link = f"<{self.server.address}/api/datasets/{repository}/tree/main?recursive=True&cursor={start + 100}>"
            return self.answer(200, page, Link=f'{link}; rel="next"')
        self.answer(200, page)

    def create(self):
        request = json.loads(self.body())
        if not self.may_write():
            return
        name = f"{request['organization']}/{request['name']}"
        status = 409 if name in self.server.repositories else 200
        self.server.repositories.setdefault(name, {".gitattributes": b"*.parquet filter=lfs\n"})
        self.server.commits.setdefault(name, ["initial commit"])
        self.answer(status, {"url": f"{self.server.address}/datasets/{name}", "error": "it exists"})

    def validate(self):
        self.body()
        self.answer(200, {"errors": [], "warnings": []})

    def preupload(self, repository):
        request = json.loads(self.body())
        if not self.may_write() or (files := self.files(repository)) is None:
            return
        modes = []
        for file in request["files"]:
            mode = "lfs" if file["path"].endswith(LFS_SUFFIXES) else "regular"
            known = files.get(file["path"])
            oid = known and (hashlib.sha256(known).hexdigest() if mode == "lfs" else git_blob(known))
            modes.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid})
        self.answer(200, {"files": modes})

    def batch(self, _):
        request = json.loads(self.body())
        if not self.may_write():
            return
        objects = []
        for wanted in request["objects"]:
            upload = {"oid": wanted["oid"], "size": wanted["size"]}
            if wanted["oid"] not in self.server.objects:
                upload["actions"] = {"upload": {"href": f"{self.server.address}/objects/{wanted['oid']}", "header": {}}}
            objects.append(upload)
        self.answer(200, {"transfer": "basic", "objects": objects})

    def store(self, oid):
        content = self.body()
        if hashlib.sha256(content).hexdigest() != oid:
            return self.refuse(400, "the bytes have another hash")
        self.server.objects[oid] = content
        self.answer(200)

    def commit(self, repository):
        lines = [json.loads(line) for line in self.body().splitlines()]
        if not self.may_write() or (files := self.files(repository)) is None:
            return
        title = "untitled"
        for line in lines:
            value = line["value"]
            if line["key"] == "header":
                title = value["summary"]
            elif line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.server.objects[value["oid"]]
        self.server.commits[repository].append(title)
        oid = f"{len(self.server.commits[repository]):040x}"
        url = f"{self.server.address}/datasets/{repository}/commit/{oid}"
        self.answer(200, {"success": True, "commitOid": oid, "commitUrl": url, "hookOutput": ""})


ROUTES = [
    ("GET", r"/api/datasets/([^/]+/[^/]+)", "info"),
    ("GET", r"/api/datasets/([^/]+/[^/]+)/revision/main", "info"),
    ("GET", r"/api/datasets/([^/]+/[^/]+)/tree/main/?", "tree"),
    ("POST", r"/api/repos/create", "create"),
    ("POST", r"/api/validate-yaml", "validate"),
    ("POST", r"/api/datasets/([^/]+/[^/]+)/preupload/main", "preupload"),
    ("POST", r"/datasets/([^/]+/[^/]+)\.git/info/lfs/objects/batch", "batch"),
    ("PUT", r"/objects/([0-9a-f]{64})", "store"),
    ("POST", r"/api/datasets/([^/]+/[^/]+)/commit/main", "commit"),
]
