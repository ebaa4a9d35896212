# SPDX-License-Identifier: Apache-2.0
"""Every operation that the API describes, with input that schemathesis makes from the description: right and wrong."""

import random

import hypothesis
import requests
import schemathesis
from requests.adapters import HTTPAdapter
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api import request
from budget import TooDear

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OF_JSON = [response_schema_conformance]
# As whom staff's operations are tried; a customer is who has the key of their case in the path.
ROLES = ["administrator", "reader", "nobody"]
# What hashes a password: scrypt is meant to take time and memory.
WITH_PASSWORDS = {"signIn", "addMember", "resetPassword", "firstRun", "changePassword"}


class FromEverywhere(HTTPAdapter):
    """Connections from one address of many, as if from another household: limits count per client."""

    def __init__(self, source):
        self.source = source
        super().__init__()

    def init_poolmanager(self, *words, **more):
        super().init_poolmanager(*words, source_address=(self.source, 0), **more)


def sessions(count, chance):
    for _ in range(count):
        session = requests.Session()
        session.trust_env = False
        session.mount("http://", FromEverywhere("127." + ".".join(str(chance.randrange(1, 255)) for _ in range(3))))
        yield session


class ApiFuzz:
    def __init__(self, described, company, places, budget, seed):
        self.base, self.company, self.places, self.budget, self.seed = company.base, company, places, budget, seed
        self.schema = schemathesis.openapi.from_dict(described)
        self.random = random.Random(seed)
        self.sessions = list(sessions(200, self.random))
        self.tokens = {role: company.node.token(company.slug, role) for role in ("administrator", "reader")}
        self.requests, self.faults = 0, {}

    def operations(self):
        """Those that end; a stream of live events does not."""
        for found in self.schema.get_all_operations():
            operation = found.ok()
            if "text/event-stream" not in str(operation.definition.raw["responses"]):
                yield operation

    def run(self, examples, half=None):
        """So many examples of each operation with input as described, and as many with input that is wrong.

        `half`, 0 or 1, takes only every second of the two: for one operation the right input, for the next the wrong.
        """
        modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        for number, operation in enumerate(self.operations()):
            for mode in modes if half is None else [modes[(number + half) % 2]]:
                self.fuzz(operation, mode, examples)
            self.restore()
        return self.faults

    def fuzz(self, operation, mode, examples):
        fixed = self.fixed(operation)
        named = operation.as_strategy(generation_mode=mode, path_parameters=fixed)
        free = operation.as_strategy(generation_mode=mode)
        # Mostly with real names in the path, so that it gets further than to "not found".
        strategies = [named, named, named, free] if operation.query or operation.body else [free] if fixed else []
        if mode is GenerationMode.POSITIVE:
            strategies = [named, named, named, free]
        elif not strategies:
            return  # nothing is taken, so nothing can be wrong
        roles = ROLES if operation.definition.raw.get("security") else ["customer" if "/follow/" in operation.path else "nobody"]

        @hypothesis.seed(self.seed)
        @hypothesis.settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(case=hypothesis.strategies.one_of(strategies))
        def each(case):
            for role in roles:
                self.send(operation, role, case)

        try:
            each()
        except hypothesis.errors.Unsatisfiable:
            pass  # it takes anything: nothing is wrong

    def fixed(self, operation):
        names = {parameter.name for parameter in operation.path_parameters}
        found = {name: str(value) for name, value in self.places.items() if name in names}
        if "token" in names:
            found["token"] = self.places["key" if "/follow/" in operation.path else "api_token"]
        return found

    def send(self, operation, role, case):
        label = f"{operation.method.upper()} {operation.path} as {role}"
        headers = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
        if role in self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens[role]}"
        session = self.random.choice(self.sessions)
        session.cookies.clear()
        self.requests += 1
        try:
            answer = self.budget.watch(
                label,
                lambda: case.call(
                    base_url=self.base, session=session, headers=headers, timeout=60, allow_redirects=False
                ),
                is_meant_to_be_dear=operation.definition.raw["operationId"] in WITH_PASSWORDS,
            )
            # Schemathesis takes a JWT for JSON.
            is_jwt = answer.headers.get("content-type", [""])[0] == "application/jwt"
            case.validate_response(answer, checks=[one for one in CHECKS if not is_jwt or one not in OF_JSON])
        except FailureGroup as group:
            for failure in group.exceptions:
                title = f"{label}: {failure.title}"
                self.faults.setdefault(title, f"{failure.message}\n{case.as_curl_command(headers=headers)}"[:3000])
        except TooDear as dear:
            self.faults.setdefault(f"{label}: too dear", f"{dear}\n{case.as_curl_command(headers=headers)}"[:3000])
        except requests.RequestException as error:
            self.faults.setdefault(f"{label}: no answer", f"{error}\n{case.as_curl_command(headers=headers)}"[:3000])

    def restore(self):
        """Somebody may have withdrawn a token or locked the member out: then there is another."""
        for role in self.tokens:
            headers = {"Accept": "application/json", "Authorization": f"Bearer {self.tokens[role]}"}
            if request(f"{self.base}/{self.company.slug}/profile", headers=headers).status == 401:
                self.tokens[role] = self.company.node.token(self.company.slug, role)
