# SPDX-License-Identifier: Apache-2.0
"""A company's side of the exchange in Python: requests signed with PyPI's http-message-signatures, and its keys taken
from a node's own database, as if that company had moved to other software."""

import base64
import contextlib
import datetime
import hashlib
import json
import secrets
import sqlite3
import time
import uuid
from types import SimpleNamespace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms

from api import request

BATCH = "application/cloudevents-batch+json"
RECEIPTS = "application/vnd.entente.receipts+json"
# What a request's signature covers, with a body and without one.
COVERED = ["@method", "@target-uri", "content-digest", "content-type", "entente-destination"]
COVERED_WITHOUT_BODY = ["@method", "@target-uri", "entente-destination"]
COVERED_OF_RESPONSE = ["@status", "content-digest", "content-type", '"signature";req;key="ent"']


def address(company):
    return f"{company.node.origin.removeprefix('http://')}/{company.slug}"


def digest(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def statement(company):
    """What a company's node says about it, from the JWT's middle part."""
    jwt = request(f"{company.base}/.well-known/entente/{company.slug}").text
    middle = jwt.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def uuid7():
    """A UUID of version 7 (RFC 9562, section 5.7)."""
    random = int.from_bytes(secrets.token_bytes(10))
    bits = (int(time.time() * 1000) << 80) | (random & ~(0xF << 76) & ~(0x3 << 62)) | (7 << 76) | (2 << 62)
    return str(uuid.UUID(int=bits))


class OneKey(HTTPSignatureKeyResolver):
    def __init__(self, private=None, public=None):
        self.private, self.public = private, public

    def resolve_private_key(self, key_id):
        return self.private

    def resolve_public_key(self, key_id):
        return self.public(key_id)


class Peer:
    """A company that signs by itself. Its node's database must be SQLite."""

    def __init__(self, company):
        self.company, self.address = company, address(company)
        with contextlib.closing(sqlite3.connect(company.node.file, timeout=20)) as database:
            self.key_id, secret = database.execute(
                "SELECT k.thumbprint, k.secret FROM enterprise_keys k JOIN enterprises e ON e.id = k.enterprise"
                " WHERE e.slug = ? AND k.kind = 'operational'",
                [company.slug],
            ).fetchone()
        self.key = Ed25519PrivateKey.from_private_bytes(secret)

    def sign(
        self,
        method,
        url,
        destination,
        body=None,
        content_type=BATCH,
        created=None,
        lifetime=300,
        nonce=None,
        covered=None,
        key_id=None,
        tag="entente-v1",
    ):
        headers = {"Entente-Destination": destination}
        if body is not None:
            headers |= {"Content-Type": content_type, "Content-Digest": digest(body)}
        message = SimpleNamespace(method=method, url=url, headers=headers)
        created = datetime.datetime.fromtimestamp(created or int(time.time()), datetime.timezone.utc)
        HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=OneKey(private=self.key)).sign(
            message,
            key_id=key_id or self.key_id,
            created=created,
            expires=created + datetime.timedelta(seconds=lifetime),
            nonce=nonce or secrets.token_urlsafe(16),
            label="ent",
            tag=tag,
            use_existing_digest=body is not None,
            covered_component_ids=covered or (COVERED if body is not None else COVERED_WITHOUT_BODY),
        )
        return message.headers

    def call(self, other, method, path, body=None, url=None, destination=None, sent=None, **how):
        """A signed request to another company's node; `sent` is a body that goes instead of the signed one."""
        url = url or f"{other.node.origin}/{other.slug}/exchange{path}"
        headers = self.sign(method, url, destination or address(other), body, **how)
        answer = request(url, method, headers, body if sent is None else sent)
        answer.request = SimpleNamespace(method=method, url=url, headers=headers)
        return answer

    def verify(self, answer, other):
        """Whether the other company has signed this answer over this request; says why not."""

        def find(key_id):
            key = next(key for key in statement(other)["jwks"]["keys"] if key["kid"] == key_id)
            return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))

        message = SimpleNamespace(
            status_code=answer.status, headers=dict(answer.headers.items()), request=answer.request, url=""
        )
        covered = COVERED_OF_RESPONSE + (['"content-digest";req'] if "Content-Digest" in answer.request.headers else [])
        results = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=OneKey(public=find)).verify(
            message,
            max_age=datetime.timedelta(minutes=5),
            expect_tag="entente-v1",
            expect_label="ent",
            require_components=covered,
            body=answer.body,
        )
        return len(results) == 1

    def event(self, link, kind="net.entente.nothing.v1", conversation=None, convseq=1, **more):
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "specversion": "1.0",
            "id": uuid7(),
            "source": self.address,
            "type": kind,
            "time": now,
            "link": link,
            "conversation": conversation or str(uuid.uuid4()),
            "convseq": convseq,
            "data": {},
            **more,
        }

    def send(self, other, *events, **how):
        return self.call(other, "POST", "/inbox", json.dumps(events).encode(), **how)
