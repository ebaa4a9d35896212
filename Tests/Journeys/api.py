# SPDX-License-Identifier: Apache-2.0
"""A tiny client of the JSON API and of the public forms."""

import contextlib
import http.client
import json
import random
import urllib.parse
import uuid
from types import SimpleNamespace


# Who hears of every answer: the API description, which it must fit.
listeners = []


class Refused(AssertionError):
    """An answer of 400 or more: problem details (RFC 9457)."""

    def __init__(self, answer, what):
        self.status, self.text = answer.status, answer.text
        super().__init__(f"{what}: {answer.status} {answer.text[:2000]}")


def request(url, method="GET", headers=None, body=None, timeout=30):
    """One request on a connection of its own.

    It comes from a loopback address of its own too, as if from another household: limits count per client.
    """
    parts = urllib.parse.urlsplit(url)
    source = "127." + ".".join(str(random.randrange(1, 255)) for _ in range(3))
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout, source_address=(source, 0))
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target or "/", body=body, headers=headers or {})
        response = connection.getresponse()
        data = response.read()
        answer = SimpleNamespace(
            status=response.status, headers=response.headers, body=data, text=data.decode("utf-8", "replace")
        )
        for listen in listeners:
            listen(method, url, answer)
        return answer
    finally:
        connection.close()


def multipart(fields):
    """`multipart/form-data` of fields; a value (name, type, bytes) is a file, a list is a repeated field."""
    boundary = uuid.uuid4().hex
    parts = []
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
            if isinstance(one, tuple):
                file, kind, data = one
                parts.append(f'{head}; filename="{file}"\r\nContent-Type: {kind}\r\n\r\n'.encode() + data + b"\r\n")
            else:
                parts.append(f"{head}\r\n\r\n{one}\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()


class Api:
    """Speaks to one enterprise with one token; without a token as anybody."""

    def __init__(self, base, slug, token=None):
        self.base, self.slug, self.token = base, slug, token

    def call(self, method, path, fields=None, headers=None):
        headers = {"Accept": "application/json", **(headers or {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        body = None
        if fields is not None:
            if any(
                isinstance(one, tuple)
                for value in fields.values()
                for one in (value if isinstance(value, list) else [value])
            ):
                headers["Content-Type"], body = multipart(fields)
            else:
                headers["Content-Type"], body = "application/json", json.dumps(fields).encode()
        return request(f"{self.base}/{self.slug}{path}", method, headers, body)

    def get(self, path):
        answer = self.call("GET", path)
        if answer.status >= 400:
            raise Refused(answer, f"GET /{self.slug}{path}")
        return json.loads(answer.body)

    def post(self, path, **fields):
        answer = self.call("POST", path, fields)
        if answer.status >= 400:
            raise Refused(answer, f"POST /{self.slug}{path}")
        return json.loads(answer.body)

    @contextlib.contextmanager
    def stream(self, path):
        """The names of the server-sent events of a stream, as they come."""
        parts = urllib.parse.urlsplit(self.base)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        connection.request(
            "GET",
            f"/{self.slug}{path}",
            headers={"Accept": "text/event-stream", "Authorization": f"Bearer {self.token}"},
        )
        try:
            lines = (line.decode().strip() for line in connection.getresponse())
            yield (line.removeprefix("event: ") for line in lines if line.startswith("event: "))
        finally:
            connection.close()

    def download(self, path):
        answer = self.call("GET", path)
        if answer.status >= 400:
            raise Refused(answer, f"GET /{self.slug}{path}")
        return answer.body
