# SPDX-License-Identifier: Apache-2.0
"""Verifies, with an implementation of RFC 9421 that is not ours, the proofs that a node keeps."""

import hashlib
import base64
import json
from types import SimpleNamespace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageVerifier, algorithms

from exchange import COVERED, COVERED_OF_RESPONSE, OneKey


class Verifier(HTTPMessageVerifier):
    """Judges what was signed long ago: whether it was valid when it came, the receiver has judged."""

    def validate_created_and_expires(self, *words, **more):
        pass


def parsed(text):
    first, *lines = text.split("\n")
    fields = [line.partition(": ")[::2] for line in lines]
    return first, {name.title(): value for name, value in fields}


def why_not_verified(request, response, keys, events):
    """Why a receipt proves nothing about these events; none if it does. `keys` are the peer's, by thumbprint."""
    head, _, body = response.partition("\n\n")
    (line, asked), (status, answered) = parsed(request), parsed(head)
    method, url = line.split(" ", 1)
    named = {receipt["id"] for receipt in json.loads(body)["receipts"]}
    if not named.issuperset(events):
        return "it speaks of other events"
    message = SimpleNamespace(
        status_code=int(status),
        headers=answered,
        request=SimpleNamespace(method=method, url=url, headers=asked),
        url="",
    )
    missing = [part for part in COVERED if f'"{part}"' not in asked["Signature-Input"]]
    if missing:
        return f"the request's signature does not cover {missing}"
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    if digest not in answered["Content-Digest"]:
        return "the answer is not what was digested"

    def find(key_id):
        return Ed25519PublicKey.from_public_bytes(keys[key_id])

    try:
        Verifier(signature_algorithm=algorithms.ED25519, key_resolver=OneKey(public=find)).verify(
            message,
            expect_tag="entente-v1",
            expect_label="ent",
            require_components=[*COVERED_OF_RESPONSE, '"content-digest";req'],
            body=body.encode(),
        )
    except Exception as error:  # whatever the library says is the reason
        return f"{type(error).__name__}: {error}"
    return None
