# SPDX-License-Identifier: Apache-2.0
"""A company with a node of its own, written from docs/exchange.md alone: nothing here is taken from the Swift code, and
its signatures (RFC 9421), tokens (RFC 7515) and canonical JSON (RFC 8785) are its own reading of the standards."""

import base64
import contextlib
import datetime
import hashlib
import http.client
import http.server
import json
import random
import re
import secrets
import threading
import time
import urllib.parse
import uuid
from types import SimpleNamespace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

BATCH = "application/cloudevents-batch+json"
RECEIPTS = "application/vnd.entente.receipts+json"
DIGEST = "application/vnd.entente.digest+json"
ACCEPTANCE = "application/vnd.entente.acceptance+json"
CONFIRMATION = "application/vnd.entente.confirmation+json"
BYTES = "application/octet-stream"
OUTLIVING = {"contact.revoked", "erasure.requested", "erasure.answered", "receipt.applied", "receipt.failed"}


# Texts and keys: sections 0 and 1.


def text64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(value):
    """RFC 8785 for values whose numbers are whole."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def uuid7():
    noise = int.from_bytes(secrets.token_bytes(10))
    bits = int(time.time() * 1000) << 80 | noise & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62
    return str(uuid.UUID(int=bits))


def rfc3339(seconds=0):
    """A time from now."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Key:
    def __init__(self):
        self.private = Ed25519PrivateKey.generate()
        self.jwk = {"crv": "Ed25519", "kty": "OKP", "x": text64(self.private.public_key().public_bytes_raw())}
        self.thumbprint = text64(hashlib.sha256(canonical(self.jwk).encode()).digest())

    def sign(self, data):
        return self.private.sign(data)

    def jws(self, kind, payload):
        header = {"alg": "EdDSA", "kid": self.thumbprint, "typ": kind}
        signed = f"{text64(canonical(header).encode())}.{text64(payload.encode())}"
        return f"{signed}.{text64(self.sign(signed.encode()))}"


def thumbprint(jwk):
    return text64(hashlib.sha256(canonical({name: jwk[name] for name in ("crv", "kty", "x")}).encode()).digest())


def check(jwk, signature, data):
    Ed25519PublicKey.from_public_bytes(bytes64(jwk["x"])).verify(signature, data)


def read_jws(text, kind, jwk=None):
    """The payload of a token, whose signature holds under the key, or under the `root` that it names itself."""
    head, middle, signature = text.split(".")
    header, payload = json.loads(bytes64(head)), json.loads(bytes64(middle))
    assert header["alg"] == "EdDSA" and header["typ"] == kind, header
    jwk = jwk or payload["root"]
    assert header["kid"] == thumbprint(jwk), header
    check(jwk, bytes64(signature), f"{head}.{middle}".encode())
    return payload


# Signatures of messages: section 3.


def digest(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def covered(components, parameters, message, request=None):
    """The base of a signature (RFC 9421, section 2.5)."""
    lines = []
    for component in components:
        name = re.match(r'"([^"]+)"', component)[1]
        subject = request if ";req" in component else message
        if name == "@method":
            value = subject.method
        elif name == "@target-uri":
            value = subject.url
        elif name == "@status":
            value = subject.status
        elif name == "signature":
            value = re.search(r"(?:^|,\s*)ent=(:[^:]*:)", subject.headers["signature"])[1]
        else:
            value = subject.headers[name]
        lines.append(f"{component}: {value}")
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode()


def read_signature(headers):
    """The parts of the signature labelled `ent`."""
    stated = headers["signature-input"]
    found = re.fullmatch(r'ent=(\(([^)]*)\)((?:;[a-z]+=(?:"[^"]*"|\d+))*))', stated)
    assert found, stated
    parameters = {
        name: json.loads(value) for name, value in re.findall(r';([a-z]+)=("[^"]*"|\d+)', found[3])
    }
    components = re.findall(r'"[^"]+"(?:;[a-z]+(?:="[^"]*")?)*', found[2])
    signature = base64.b64decode(re.fullmatch(r"ent=:([^:]*):", headers["signature"])[1])
    return SimpleNamespace(line=found[1], components=components, signature=signature, **parameters)


WITH_BODY = ['"@method"', '"@target-uri"', '"content-digest"', '"content-type"', '"entente-destination"']
WITHOUT_BODY = ['"@method"', '"@target-uri"', '"entente-destination"']


class Refused(Exception):
    """Why a stranger lets a request not in: a status."""


class Stranger:
    """One company on a node of its own, which answers on a port of this machine."""

    def __init__(self, slug, name):
        self.slug, self.name = slug, name
        self.root, self.key = Key(), Key()
        self.links, self.invitations, self.files, self.brought = {}, {}, {}, {}
        self.nonces = set()
        self.lock = threading.RLock()
        stranger = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                stranger.answer(self)

            do_GET = do_POST = handle_any

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.origin, self.address = f"http://{self.host}", f"{self.host}/{slug}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def statement(self, **changes):
        base, now = f"{self.origin}/{self.slug}/exchange", int(time.time())
        ends = ("inbox", "outbox", "links", "invitations", "attachments")
        said = {
            "iss": self.address,
            "iat": now,
            "name": self.name,
            "endpoints": {end: f"{base}/{end}" for end in ends},
            "versions": ["1"],
            "root": self.root.jwk,
            "jwks": {"keys": [{**self.key.jwk, "nbf": now - 300, "exp": now + 86_400}]},
            **changes,
        }
        return self.root.jws("entente-statement+jwt", canonical(said))

    # Calling.

    def call(
        self, peer, method, url, body=None, kind=BATCH, key=None, now=None, nonce=None, destination=None, sent=None,
        components=None,
    ):
        """A signed request to a peer's node. Its answer tells whether the peer has signed it over this very request."""
        created = int(time.time()) if now is None else now
        headers = {"entente-destination": destination or peer["iss"]}
        if body is not None:
            headers |= {"content-type": kind, "content-digest": digest(body)}
        components = components or (WITHOUT_BODY if body is None else WITH_BODY)
        parameters = (
            f'({" ".join(components)});created={created};expires={created + 300};nonce="{nonce or secrets.token_urlsafe(16)}"'
            f';alg="ed25519";keyid="{(key or self.key).thumbprint}";tag="entente-v1"'
        )
        message = SimpleNamespace(method=method, url=url, headers=headers)
        signature = (key or self.key).sign(covered(components, parameters, message))
        headers |= {
            "signature-input": f"ent={parameters}",
            "signature": f"ent=:{base64.b64encode(signature).decode()}:",
        }
        answer = send(method, url, headers, body if sent is None else sent)
        answer.signed = "signature" in answer.headers
        if answer.signed:
            self.verify_answer(answer, message, peer, body is not None)
        return answer

    def verify_answer(self, answer, message, peer, has_body):
        made = read_signature(answer.headers)
        needed = {'"@status"', '"content-digest"', '"content-type"', '"signature";req;key="ent"'}
        assert needed <= set(made.components) and made.tag == "entente-v1" and made.alg == "ed25519", made
        assert not has_body or '"content-digest";req' in made.components, made
        assert answer.headers["content-digest"] == digest(answer.body) and abs(time.time() - made.created) <= 300
        jwk = next(jwk for jwk in peer["jwks"]["keys"] if thumbprint(jwk) == made.keyid)
        check(jwk, made.signature, covered(made.components, made.line, answer, message))

    def fetch_statement(self, origin, slug, root=None):
        answer = send("GET", f"{origin}/.well-known/entente/{slug}", {})
        assert answer.status == 200 and answer.headers["content-type"] == "application/jwt"
        said = read_jws(answer.body.decode(), "entente-statement+jwt")
        assert root in (None, thumbprint(said["root"])) and said["iat"] <= time.time() + 300
        return said

    # Linking: section 2.

    def open(self, url, signing=None, **how):
        """Opens an invitation, or, with a contract, accepts it; the answer as it came."""
        parts = urllib.parse.urlsplit(url)
        slug = parts.path.split("/")[1]
        secret = dict(urllib.parse.parse_qsl(parts.fragment))
        peer = self.fetch_statement(f"{parts.scheme}://{parts.netloc}", slug, secret["k"])
        asked = {"token": secret["t"], "statement": how.pop("statement", None) or self.statement()}
        if signing:
            asked["contract"] = self.root.jws("entente-contract+jws", canonical(signing))
        answer = self.call(peer, "POST", peer["endpoints"]["invitations"], canonical(asked).encode(), ACCEPTANCE, **how)
        answer.peer, answer.secret = peer, secret["t"]
        return answer

    def accept(self, url):
        """The link that comes of it, and the code to compare."""
        offered = self.open(url)
        contract = json.loads(offered.body)["contract"]
        assert offered.status == 200 and offered.signed and contract["accepter"]["root"] == self.root.thumbprint
        assert self.open(url, signing=contract).status == 200
        line = self.links[contract["link"]] = Line(self, contract, offered.peer)
        line.code = self.short_code(offered.peer, offered.secret)
        return line

    def invite(self, slug, name, origin, contract):
        """The address of an invitation for an enterprise whose name and address are known already."""
        token = secrets.token_bytes(32)
        peer = self.fetch_statement(origin, slug)
        parties = {
            "inviter": {"address": self.address, "name": self.name, "root": self.root.thumbprint, "onwardName": self.name},
            "accepter": {"address": peer["iss"], "name": name, "root": thumbprint(peer["root"]), "onwardName": name},
        }
        offered = {"link": uuid7(), "version": 1, **parties, **contract}
        self.invitations[text64(token)] = offered
        line = self.links[offered["link"]] = Line(self, offered, peer)
        line.state, line.code = "invited", self.short_code(peer, text64(token))
        line.invitation = f"{self.origin}/{self.slug}/invitation#t={text64(token)}&k={self.root.thumbprint}&x={int(time.time()) + 600}"
        return line

    def short_code(self, peer, token):
        first, second = sorted([self.root.thumbprint, thumbprint(peer["root"])])
        hashed = hashlib.sha256(f"entente short code v1\n{first}\n{second}\n".encode() + bytes64(token)).digest()
        digits = f"{int.from_bytes(hashed[:8]) % 10**12:012}"
        return " ".join(digits[at : at + 4] for at in (0, 4, 8))

    # Answering.

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = SimpleNamespace(method=handler.command, url=self.origin + handler.path, headers=headers, body=body)
        try:
            with self.lock:
                status, kind, answer, peer = self.respond(request, urllib.parse.urlsplit(handler.path))
        except Refused as refused:
            status, kind, answer, peer = refused.args[0], "application/problem+json", b"{}", None
        fields = {"content-type": kind, "content-digest": digest(answer)}
        if peer:
            has_body = ['"content-digest";req'] if "content-digest" in headers else []
            components = ['"@status"', '"content-digest"', '"content-type"', *has_body, '"signature";req;key="ent"']
            parameters = (
                f'({" ".join(components)});created={int(time.time())};alg="ed25519"'
                f';keyid="{self.key.thumbprint}";tag="entente-v1"'
            )
            message = SimpleNamespace(status=status, headers=fields)
            signature = self.key.sign(covered(components, parameters, message, request))
            fields["signature-input"] = f"ent={parameters}"
            fields["signature"] = f"ent=:{base64.b64encode(signature).decode()}:"
        with contextlib.suppress(ConnectionError):
            handler.send_response(status)
            for name, value in fields.items():
                handler.send_header(name, value)
            handler.send_header("content-length", str(len(answer)))
            handler.end_headers()
            handler.wfile.write(answer)

    def respond(self, request, target):
        path = target.path.split("/")[1:]
        if path == [".well-known", "entente", self.slug]:
            return 200, "application/jwt", self.statement().encode(), None
        if path[:2] != [self.slug, "exchange"]:
            raise Refused(404)
        query = dict(urllib.parse.parse_qsl(target.query))
        match path[2:]:
            case ["invitations"]:
                return self.take_acceptance(request)
            case ["inbox"]:
                events = json.loads(request.body)
                line = self.let_in(request, events[0]["link"] if events else None)
                receipts = line.take(events, request.body)
                status = 409 if any(one.get("code") == "gap" for one in receipts) else 202
                return status, RECEIPTS, canonical({"receipts": receipts}).encode(), line.peer
            case ["links", link, "confirmation"] if request.method == "POST":
                line = self.let_in(request, link)
                signed = json.loads(request.body)["contract"]
                assert read_jws(signed, "entente-contract+jws", line.peer["root"]) == line.contract
                line.state = "active"
                return 200, CONFIRMATION, b"{}", line.peer
            case ["links", link, "statement"]:
                said = read_jws(request.body.decode(), "entente-statement+jwt", self.links[link].peer["root"])
                assert said["iat"] >= self.links[link].peer["iat"]
                self.links[link].peer = said
                return 200, "application/jwt", b"", self.let_in(request, link).peer
            case ["links", link, "digest"]:
                line = self.let_in(request, link)
                return 200, DIGEST, canonical({"conversations": line.digests(), "more": False}).encode(), line.peer
            case ["attachments", name] if request.method == "GET":
                line = self.let_in(request, next(iter(self.links)))
                if name not in self.files:
                    return 404, BYTES, b"", line.peer
                return 200, BYTES, self.files[name], line.peer
        raise Refused(404 if query is not None else 400)

    def let_in(self, request, link):
        """The line whose peer has signed the request."""
        line = self.links.get(link)
        if not line or "signature-input" not in request.headers:
            raise Refused(401)
        self.verify_request(request, line.peer)
        return line

    def verify_request(self, request, peer):
        made, now = read_signature(request.headers), time.time()
        needed = WITH_BODY if request.method == "POST" else WITHOUT_BODY
        assert set(needed) <= set(made.components) and made.tag == "entente-v1" and made.alg == "ed25519"
        assert made.created < made.expires <= made.created + 300 and abs(now - made.created) <= 300 and 16 <= len(made.nonce) <= 64
        if request.headers["entente-destination"] != self.address:
            raise Refused(421)
        assert request.method != "POST" or request.headers["content-digest"] == digest(request.body)
        assert made.nonce not in self.nonces
        self.nonces.add(made.nonce)
        jwk = next((jwk for jwk in peer["jwks"]["keys"] if thumbprint(jwk) == made.keyid), None)
        if not jwk:
            raise Refused(401)
        try:
            check(jwk, made.signature, covered(made.components, made.line, request))
        except InvalidSignature:
            raise Refused(401) from None

    def take_acceptance(self, request):
        asked = json.loads(request.body)
        said = read_jws(asked["statement"], "entente-statement+jwt")
        self.verify_request(request, said)
        contract = self.invitations.get(asked["token"])
        if not contract or contract["accepter"]["root"] != thumbprint(said["root"]):
            return 410, "application/problem+json", b"{}", said
        line = self.links[contract["link"]]
        if "contract" in asked:
            assert read_jws(asked["contract"], "entente-contract+jws", said["root"]) == contract
            line.state, line.peer = "pending", said
        return 200, ACCEPTANCE, canonical({"contract": contract}).encode(), said


class Line:
    """One link of a stranger's, with what went over it and what came."""

    def __init__(self, owner, contract, peer):
        self.owner, self.contract, self.peer, self.state = owner, contract, peer, "pending"
        self.id = contract["link"]
        self.sent, self.sent_hash = {}, {}
        self.received, self.received_hash, self.known = {}, {}, {}
        self.events = []
        # What a person here would refuse: a function of the event that names a code.
        self.judge = lambda event: None

    def url(self, end, *more):
        return "/".join([self.peer["endpoints"][end], *more])

    def call(self, method, end, *more, query="", body=None, **how):
        return self.owner.call(self.peer, method, self.url(end, *more) + query, body, **how)

    def confirm(self):
        """The inviter's last word."""
        signed = self.owner.root.jws("entente-contract+jws", canonical(self.contract))
        answer = self.call("POST", "links", self.id, "confirmation", body=canonical({"contract": signed}).encode(), kind=CONFIRMATION)
        assert answer.status == 200 and answer.signed, answer.body
        self.state = "active"

    def event(self, kind, conversation, data, /, place=None, **changes):
        """The next event of a conversation, unless `place` says another place."""
        return {
            "specversion": "1.0",
            "id": uuid7(),
            "source": self.owner.address,
            "type": f"net.entente.{kind}.v1" if "." in kind or kind == "progress" else kind,
            "time": rfc3339(),
            "link": self.id,
            "conversation": conversation,
            "convseq": place or self.sent.get(conversation, 0) + 1,
            "data": data,
            **changes,
        }

    def post(self, *events, **how):
        """Posts a batch as it is; the answer with its receipts. Places that were taken are counted."""
        body = how.pop("body", None) or ("[" + ",".join(json.dumps(event) for event in events) + "]").encode()
        answer = self.call("POST", "inbox", body=body, **how)
        answer.receipts = json.loads(answer.body)["receipts"] if answer.status in (202, 409) else None
        for event, receipt in zip(events, answer.receipts or []):
            is_next = event.get("convseq") == self.sent.get(event.get("conversation"), 0) + 1
            if is_next and receipt["status"] != "duplicate" and takes_place(receipt):
                self.count(event)
        return answer

    def count(self, event):
        conversation = event["conversation"]
        self.sent[conversation] = event["convseq"]
        before = self.sent_hash.get(conversation, bytes(32))
        self.sent_hash[conversation] = running(before, json.dumps(event).encode())

    def say(self, kind, handover, /, **data):
        """Sends one event about a handover; its receipt's code, or None once it is applied."""
        attributes = data.pop("attributes", {})
        return self.tell(kind, handover, {"handover": handover, **data}, **attributes)

    def tell(self, kind, conversation, data, /, **attributes):
        answer = self.post(self.event(kind, conversation, data, **attributes))
        assert answer.receipts, (answer.status, answer.body)
        receipt = answer.receipts[0]
        assert receipt["outcome"] in ("applied", "rejected"), receipt
        return receipt.get("code")

    def offer(self, form="text", title="A question", **more):
        """A new offer of ours: its handover, and what came back."""
        handover = uuid7()
        data = {"kind": "enquiry", "title": title, "ask": {"form": form, "text": "Does it fit?"}, "customer": f"a customer of {self.owner.name}"}
        attributes = more.pop("attributes", {})
        return handover, self.say("handover.offered", handover, attributes=attributes, **{**data, **more})

    # What came.

    def take(self, events, body):
        return [self.take_one(event, text) for event, text in zip(events, texts(body))]

    def take_one(self, event, text):
        receipt, place = {"id": event["id"], "status": "rejected", "outcome": "rejected"}, event["convseq"]
        conversation, hashed = event["conversation"], hashlib.sha256(text).digest()
        last = self.received.get(conversation, 0)
        if event["id"] in self.known:
            before, outcome = self.known[event["id"]]
            return {**receipt, "code": "id-reuse"} if before != (hashed, place) else {"id": event["id"], "status": "duplicate", **outcome}
        if place <= last:
            return {**receipt, "code": "id-reuse"}
        if place > last + 1:
            return {**receipt, "code": "gap", "expected": last + 1}
        assert uuid.UUID(event["id"]).version == 7 and event["source"] == self.peer["iss"], event
        code = self.judge(event)
        outcome = {"outcome": "rejected", "code": code} if code else {"outcome": "applied"}
        self.known[event["id"]] = ((hashed, place), outcome)
        self.received[conversation] = place
        self.received_hash[conversation] = running(self.received_hash.get(conversation, bytes(32)), text)
        self.events.append(event)
        return {"id": event["id"], "status": "rejected" if code else "stored", **outcome}

    def came(self, kind, conversation=None):
        """The last event of a type that came, in a conversation if one is named."""
        with self.owner.lock:
            found = [
                event
                for event in self.events
                if event["type"] == f"net.entente.{kind}.v1" and conversation in (None, event["conversation"])
            ]
        return found[-1] if found else None

    def digests(self):
        none = text64(bytes(32))
        return [
            {
                "id": one,
                "sent": self.sent.get(one, 0),
                "sentHash": text64(self.sent_hash[one]) if one in self.sent_hash else none,
                "received": self.received.get(one, 0),
                "receivedHash": text64(self.received_hash[one]) if one in self.received_hash else none,
            }
            for one in sorted(set(self.sent) | set(self.received))
        ]


def takes_place(receipt):
    """Section 5: what a receiver of ours refused in this way stands in its conversation all the same."""
    return receipt["outcome"] == "applied" or receipt["code"] not in ("gap", "id-reuse")


def running(before, text):
    return hashlib.sha256(before + hashlib.sha256(text).digest()).digest()


def texts(body):
    """The bytes of each event of a batch, from its first brace to its last."""
    text, found, at = body.decode(), [], 1
    decoder = json.JSONDecoder()
    while text[at] != "]":
        at += len(text[at:]) - len(text[at:].lstrip(" \n\r\t,"))
        _, end = decoder.raw_decode(text, at)
        found.append(text[at:end].encode())
        at = end + len(text[end:]) - len(text[end:].lstrip(" \n\r\t"))
    return found


def send(method, url, headers, body=None):
    """One request from an address of its own on this machine: limits count per client."""
    parts = urllib.parse.urlsplit(url)
    source = "127." + ".".join(str(random.randrange(1, 255)) for _ in range(3))
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20, source_address=(source, 0))
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body=body, headers=headers)
        response = connection.getresponse()
        fields = {name.lower(): value for name, value in response.headers.items()}
        return SimpleNamespace(status=response.status, headers=fields, body=response.read())
    finally:
        connection.close()
