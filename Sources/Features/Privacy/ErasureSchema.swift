// SPDX-License-Identifier: Apache-2.0
import Storage

package enum ErasureSchema {
    package static let migrations: [Migration] = [
        Migration(
            "erasures-1",
            """
            CREATE TABLE erasures (
                enterprise UUID NOT NULL REFERENCES enterprises (id), id UUID NOT NULL, cause TEXT NOT NULL,
                customer UUID, origin UUID, request UUID, conversation UUID, asked_at BIGINT NOT NULL,
                state TEXT NOT NULL, ground TEXT, reason TEXT NOT NULL, decided_at BIGINT, decided_by TEXT NOT NULL,
                answered_at BIGINT, cleaned_at BIGINT, PRIMARY KEY (enterprise, id), UNIQUE (enterprise, origin, request),
                FOREIGN KEY (enterprise, customer) REFERENCES customers (enterprise, id)
            )
            """,
            "CREATE INDEX erasures_by_customer ON erasures (enterprise, customer, asked_at) WHERE customer IS NOT NULL",
            "CREATE INDEX erasures_asked ON erasures (enterprise, asked_at) WHERE state = 'asked'",
            "CREATE INDEX erasures_unfinished ON erasures (decided_at) WHERE state = 'erased' AND cleaned_at IS NULL",
            // Of two wishes of one customer, made at once, one is refused: the other takes in all their cases anyhow.
            """
            CREATE UNIQUE INDEX erasures_one_wish ON erasures (enterprise, customer)
            WHERE state = 'asked' AND origin IS NULL
            """,
            """
            CREATE TABLE erasure_cases (
                enterprise UUID NOT NULL, erasure UUID NOT NULL, case_id UUID NOT NULL, erased_at BIGINT,
                letters_wait BOOLEAN NOT NULL DEFAULT FALSE, PRIMARY KEY (enterprise, case_id, erasure),
                FOREIGN KEY (enterprise, erasure) REFERENCES erasures (enterprise, id),
                FOREIGN KEY (enterprise, case_id) REFERENCES cases (enterprise, id)
            )
            """,
            "CREATE INDEX erasure_cases_by_erasure ON erasure_cases (enterprise, erasure)",
            "CREATE INDEX erasure_cases_with_letters ON erasure_cases (enterprise, case_id) WHERE letters_wait",
            """
            CREATE TABLE erasure_requests (
                enterprise UUID NOT NULL, id UUID NOT NULL, erasure UUID NOT NULL, link UUID NOT NULL, handover UUID,
                company TEXT NOT NULL, sent_at BIGINT NOT NULL, answered_at BIGINT, result TEXT, ground TEXT,
                reason TEXT NOT NULL, beyond JSONB NOT NULL, PRIMARY KEY (enterprise, id),
                FOREIGN KEY (enterprise, erasure) REFERENCES erasures (enterprise, id)
            )
            """,
            "CREATE INDEX erasure_requests_by_erasure ON erasure_requests (enterprise, erasure)",
            """
            CREATE INDEX erasure_requests_by_handover ON erasure_requests (enterprise, handover)
            WHERE handover IS NOT NULL
            """,
            "CREATE INDEX erasure_requests_open ON erasure_requests (enterprise, link) WHERE answered_at IS NULL"
        )
    ]
}
