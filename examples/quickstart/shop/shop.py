"""The page of the shop: items from `catalog` over HTTP, kept a moment in `cache`, visits counted there too."""

import html
import json
import os
import signal
import socket
import sys
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CATALOG = os.environ["CATALOG_URL"]
CACHE = (os.environ["CACHE_HOST"], 6379)
NAME = os.environ.get("SHOP_NAME", "The shop")
KEPT_SECONDS = 1

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>{name}</title>
<h1>{name}</h1>
<table>{rows}</table>
<p>Visits: {visits}</p>
<form method="post" action="/items"><input name="name" placeholder="name"> <input name="cents" type="number"
placeholder="cents"> <button>add</button></form>
"""


def cache(*words):
    """Sends one command to Redis and returns its answer: text, a number, or None."""
    with socket.create_connection(CACHE, timeout=2) as link, link.makefile("rwb") as stream:
        stream.write(b"*%d\r\n" % len(words))
        for word in map(lambda w: str(w).encode(), words):
            stream.write(b"$%d\r\n%s\r\n" % (len(word), word))
        stream.flush()
        head = stream.readline().rstrip().decode()
        if head.startswith("$"):
            size = int(head[1:])
            return None if size < 0 else stream.read(size).decode()
        if head.startswith("-"):
            raise OSError(head[1:])
        return int(head[1:]) if head.startswith(":") else head[1:]


def items():
    """The items, from the cache while it has them."""
    kept = cache("GET", "items")
    if kept is None:
        with urllib.request.urlopen(f"{CATALOG}/items", timeout=5) as answer:
            kept = answer.read().decode()
        cache("SET", "items", kept, "EX", KEPT_SECONDS)
    return json.loads(kept)


def price(cents):
    return f"{cents // 100}.{cents % 100:02}"


class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            self.answer(200, "text/plain", "well\n")
        elif self.path == "/items":
            self.answer(200, "application/json", json.dumps(items()) + "\n")
        elif self.path == "/":
            rows = "".join(
                f"<tr><td>{html.escape(i['name'])}<td>{price(i['cents'])}<td>{html.escape(i['note'])}" for i in items()
            )
            page = PAGE.format(name=html.escape(NAME), rows=rows, visits=cache("INCR", "visits"))
            self.answer(200, "text/html; charset=utf-8", page)
        else:
            self.answer(404, "text/plain", "there is /, /items and /health\n")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != "/items":
            return self.answer(404, "text/plain", "post to /items\n")
        try:
            with urllib.request.urlopen(f"{CATALOG}/items", data=body, timeout=5):
                pass
        except urllib.error.HTTPError as refusal:
            return self.answer(refusal.code, "text/plain", refusal.read().decode() + "\n")
        cache("DEL", "items")
        self.answer(201, "text/plain", "added\n")

    def answer(self, code, kind, text):
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except OSError as fault:  # catalog or cache is away: say so, and live on
            print(f"cannot answer: {fault}", file=sys.stderr)
            self.answer(503, "text/plain", f"{fault}\n")
            self.close_connection = True

    def log_message(self, form, *values):
        if self.path != "/health":
            print(f"{self.headers.get('X-Forwarded-For', '-')} {form % values}")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("shop: listening on 8000")
    ThreadingHTTPServer(("", 8000), Shop).serve_forever()
