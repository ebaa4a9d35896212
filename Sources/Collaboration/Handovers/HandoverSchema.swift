// SPDX-License-Identifier: Apache-2.0
import Storage

package enum HandoverSchema {
    package static let migrations: [Migration] = [
        Migration(
            "handovers-1",
            """
            CREATE TABLE handovers (
                enterprise UUID NOT NULL, id UUID NOT NULL, case_id UUID NOT NULL, direction TEXT NOT NULL,
                link UUID NOT NULL, state TEXT NOT NULL, ask_form TEXT NOT NULL, ask_text TEXT NOT NULL,
                accept_by BIGINT, answer_by BIGINT, offered_at BIGINT NOT NULL, accepted_at BIGINT, settled_at BIGINT,
                answer JSONB, reason TEXT NOT NULL, revision BIGINT NOT NULL, parent UUID,
                shares_contact BOOLEAN NOT NULL, trail JSONB NOT NULL, hops_left BIGINT NOT NULL, route JSONB NOT NULL,
                PRIMARY KEY (enterprise, id),
                FOREIGN KEY (enterprise, case_id) REFERENCES cases (enterprise, id)
            )
            """,
            "CREATE INDEX handovers_by_case ON handovers (enterprise, case_id, offered_at)",
            "CREATE INDEX handovers_to_expire ON handovers (enterprise, accept_by) WHERE state = 'offered'",
            """
            CREATE TABLE disclosures (
                enterprise UUID NOT NULL, case_id UUID NOT NULL, link UUID NOT NULL, position BIGINT NOT NULL,
                customer UUID, company TEXT NOT NULL, field TEXT NOT NULL, at BIGINT NOT NULL,
                last_at BIGINT NOT NULL, taken_back_at BIGINT,
                PRIMARY KEY (enterprise, case_id, link, position),
                FOREIGN KEY (enterprise, case_id) REFERENCES cases (enterprise, id)
            )
            """,
            """
            CREATE TABLE sharing_wishes (
                enterprise UUID NOT NULL, customer UUID NOT NULL, against TEXT NOT NULL, at BIGINT NOT NULL,
                PRIMARY KEY (enterprise, customer, against)
            )
            """,
            "CREATE INDEX disclosures_by_customer ON disclosures (enterprise, customer)"
        ),
        Migration(
            "handovers-2-causes", "ALTER TABLE handovers ADD COLUMN offer_event UUID",
            "ALTER TABLE handovers ADD COLUMN trace TEXT"),
        // The deadlines of which the log says that they were near, and that they have passed.
        Migration(
            "handovers-3-deadlines", "ALTER TABLE handovers ADD COLUMN soon_told BIGINT",
            "ALTER TABLE handovers ADD COLUMN late_told BIGINT",
            """
            CREATE INDEX handovers_with_clock ON handovers (enterprise, state)
            WHERE state IN ('offered', 'accepted') AND (accept_by IS NOT NULL OR answer_by IS NOT NULL)
            """),
        // How a customer is called on each link, and on no other.
        Migration(
            "customer-references-1",
            """
            CREATE TABLE customer_references (
                enterprise UUID NOT NULL, link UUID NOT NULL, customer UUID NOT NULL, reference TEXT NOT NULL,
                PRIMARY KEY (enterprise, link, customer), UNIQUE (enterprise, link, reference)
            )
            """),
    ]
}
