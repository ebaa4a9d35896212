# SPDX-License-Identifier: Apache-2.0
"""Signs and verifies with an implementation of RFC 9421 that is not ours.

Reads one JSON command per line from standard input and writes one JSON answer per line. Its own file is named like the
package it uses, so its folder is taken off the import path first.
"""
import base64
import datetime
import json
import sys
from types import SimpleNamespace

sys.path = [path for path in sys.path if not path.rstrip("/").endswith("Interop")]

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey  # noqa: E402
from http_message_signatures import (  # noqa: E402
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, command):
        self.command = command

    def resolve_public_key(self, key_id):
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(self.command["publicKey"]))

    def resolve_private_key(self, key_id):
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(self.command["privateKey"]))


def request(command):
    return SimpleNamespace(method=command["method"], url=command["url"], headers=dict(command["headers"]))


def message(command):
    if "status" not in command:
        return request(command)
    return SimpleNamespace(
        status_code=command["status"], headers=dict(command["responseHeaders"]), request=request(command), url=""
    )


def sign(command):
    subject = message(command)
    created = datetime.datetime.fromtimestamp(command["created"], datetime.timezone.utc)
    expires = command.get("expires")
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=Keys(command)).sign(
        subject,
        key_id=command["keyID"],
        created=created,
        expires=expires and datetime.datetime.fromtimestamp(expires, datetime.timezone.utc),
        nonce=command.get("nonce"),
        label="ent",
        tag="entente-v1",
        covered_component_ids=command["components"],
        use_existing_digest=True,
    )
    return {"headers": dict(subject.headers)}


def verify(command):
    subject = message(command)
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Keys(command))
    results = verifier.verify(
        subject,
        max_age=datetime.timedelta(minutes=10),
        expect_tag="entente-v1",
        expect_label="ent",
        require_components=command["components"],
        body=base64.b64decode(command["body"]),
    )
    return {"verified": len(results) == 1}


for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = {"sign": sign, "verify": verify}[command["do"]](command)
    except Exception as error:  # every refusal is an answer
        answer = {"verified": False, "error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
