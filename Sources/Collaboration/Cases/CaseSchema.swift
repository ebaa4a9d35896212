// SPDX-License-Identifier: Apache-2.0
import Storage

package enum CaseSchema {
    package static let migrations: [Migration] = [
        Migration(
            "cases-1",
            """
            CREATE TABLE cases (
                enterprise UUID NOT NULL REFERENCES enterprises (id), id UUID NOT NULL, kind TEXT NOT NULL,
                number BIGINT NOT NULL, title TEXT NOT NULL, customer UUID, customer_label TEXT NOT NULL, origin UUID,
                channel TEXT NOT NULL, owner UUID, team UUID, priority TEXT NOT NULL, stage TEXT NOT NULL,
                is_open BOOLEAN NOT NULL, product TEXT NOT NULL, serial TEXT NOT NULL, opened_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL, closed_at BIGINT, revision BIGINT NOT NULL,
                holder_name TEXT, holder_colour BIGINT, due_at BIGINT,
                PRIMARY KEY (enterprise, id), UNIQUE (enterprise, number),
                FOREIGN KEY (enterprise, customer) REFERENCES customers (enterprise, id)
            )
            """,
            "CREATE INDEX cases_by_change ON cases (enterprise, is_open, updated_at DESC, id DESC)",
            """
            CREATE INDEX cases_due ON cases (enterprise, due_at)
            WHERE is_open AND holder_name IS NULL AND due_at IS NOT NULL
            """,
            "CREATE INDEX cases_elsewhere ON cases (enterprise, holder_name, is_open) WHERE holder_name IS NOT NULL",
            "CREATE INDEX cases_by_product ON cases (enterprise, product, updated_at DESC) WHERE product <> ''",
            "CREATE INDEX cases_by_all_changes ON cases (enterprise, updated_at DESC, id DESC)",
            "CREATE INDEX cases_by_customer ON cases (enterprise, customer, updated_at DESC)",
            // With the holder, so that what lies with us is counted without a look at the cases.
            "CREATE INDEX cases_of_owner ON cases (enterprise, owner, is_open, updated_at DESC, id DESC, holder_name)",
            "CREATE INDEX cases_by_origin ON cases (enterprise, origin, opened_at) WHERE origin IS NOT NULL",
            """
            CREATE TABLE case_tags (
                enterprise UUID NOT NULL, case_id UUID NOT NULL, tag TEXT NOT NULL,
                PRIMARY KEY (enterprise, case_id, tag),
                FOREIGN KEY (enterprise, case_id) REFERENCES cases (enterprise, id)
            ) \(.inKeyOrder)
            """,
            "CREATE INDEX case_tags_by_tag ON case_tags (enterprise, tag, case_id)",
            """
            CREATE TABLE case_watchers (
                enterprise UUID NOT NULL, case_id UUID NOT NULL, member UUID NOT NULL,
                PRIMARY KEY (enterprise, case_id, member),
                FOREIGN KEY (enterprise, case_id) REFERENCES cases (enterprise, id)
            )
            """,
            """
            CREATE TABLE follow_keys (
                enterprise UUID NOT NULL, token_hash BYTEA NOT NULL, case_id UUID NOT NULL, created_at BIGINT NOT NULL,
                PRIMARY KEY (enterprise, token_hash),
                FOREIGN KEY (enterprise, case_id) REFERENCES cases (enterprise, id)
            )
            """
        ),
    ]
}
