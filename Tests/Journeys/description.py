# SPDX-License-Identifier: Apache-2.0
"""Holds real answers against the API description that a node serves."""

import json
import re
import urllib.parse

import jsonschema


# What a site has besides its operations, which a name in braces would fit too.
BUILT_IN = re.compile(r"/(healthz|readyz|metrics|api/.*|assets/.*)$")


class Description:
    def __init__(self, document):
        self.document = document
        self.operations = [
            (method.upper(), re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"), path.count("{"), operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]
        # Of two that fit, the one with fewer names in it: a literal wins.
        self.operations.sort(key=lambda one: one[2])
        # The operations that were seen to go well.
        self.well = set()

    def operation(self, method, url):
        path = urllib.parse.urlsplit(url).path
        if BUILT_IN.match(path):
            return None
        method = "GET" if method == "HEAD" else method
        return next((one[3] for one in self.operations if one[0] == method and one[1].match(path)), None)

    def check(self, method, url, answer):
        """Fails where the status is not described, or the body is not what the description says."""
        operation = self.operation(method, url)
        if operation is None:
            return
        responses, what = operation["responses"], f"{operation['operationId']} answers {answer.status}"
        assert str(answer.status) in responses or answer.status == 405, f"{what}, which is not described: {answer.text[:500]}"
        if answer.status == 405 or method == "HEAD":
            return
        response = self.resolved(responses[str(answer.status)])
        for name in response.get("headers", {}):
            assert answer.headers[name], f"{what} without {name}"
        if not answer.body:
            assert answer.status != 201, f"{what} without a body"
        else:
            kind = (answer.headers["Content-Type"] or "").split(";")[0]
            content = response.get("content", {})
            assert kind in content or "*/*" in content, f"{what} as {kind}, which is not described"
            # A file may be JSON, too; it is described as a file.
            if kind in content and kind in ("application/json", "application/problem+json"):
                schema = self.closed(self.resolved(content[kind]["schema"]))
                jsonschema.validate(json.loads(answer.body), schema)
        if answer.status < 300:
            self.well.add(operation["operationId"])

    def resolved(self, value):
        while "$ref" in value:
            found = self.document
            for name in value["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            value = found
        return value

    def closed(self, schema):
        """The schema, but with nothing in an object that it does not name."""
        if not isinstance(schema, dict):
            return schema
        closed = {name: self.closed(value) for name, value in schema.items() if name != "properties"}
        if "properties" in schema:
            closed["properties"] = {name: self.closed(value) for name, value in schema["properties"].items()}
            closed.setdefault("additionalProperties", False)
        return closed
