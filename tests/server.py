"""A web server of our own, that can be as bad as those of others."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Server:
    """Serves `files` (path to bytes); `behaviour` says what goes wrong with a path."""

    def __init__(self, port=0):
        self.files, self.behaviour, self.asked = {}, {}, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.do_GET()

            def do_GET(self):
                outer.answer(self)

        self.http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.http.server_port}"

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def answer(self, request):
        path = urlsplit(request.path).path
        asked_from = request.headers.get("Range")
        self.asked.append((path, asked_from))
        how = self.behaviour.get(path, {})
        if path not in self.files or "status" in how:
            return self._send(request, how.get("status", 404), b"")
        body, start = self.files[path], 0
        if "redirect" in how:
            return self._send(request, 302, b"", to=self.address + how["redirect"])
        if asked_from and not how.get("no ranges"):
            start = int(asked_from.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                return self._send(request, 416, b"")
        status = 206 if asked_from and not how.get("no ranges") else 200
        where = f"bytes {start}-{len(body) - 1}/{len(body)}" if status == 206 else ""
        drop_after = how.pop("drop after", None)
        if isinstance(drop_after, list):  # a request each
            drop_after, *how["drop after"] = drop_after or [None]
        self._send(request, status, body[start:], drop_after, where=where)

    def _send(self, request, status, body, drop_after=None, *, to=None, where=""):
        request.send_response(status)
        if where:
            request.send_header("Content-Range", where)
        request.send_header("Content-Length", str(len(body)))
        kind = "application/json" if body.startswith(b"{") else "application/octet-stream"
        request.send_header("Content-Type", kind)
        if to:
            request.send_header("Location", to)
        request.end_headers()
        request.wfile.write(body if drop_after is None else body[:drop_after])
        request.wfile.flush()
        if drop_after is not None:
            request.close_connection = True
            request.connection.shutdown(2)
