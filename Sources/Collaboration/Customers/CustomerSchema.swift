// SPDX-License-Identifier: Apache-2.0
import Storage

package enum CustomerSchema {
    package static let migrations: [Migration] = [
        Migration("customer-text-1", CustomerIndex.text.createTable),
        Migration(
            "customers-1",
            """
            CREATE TABLE customers (
                enterprise UUID NOT NULL REFERENCES enterprises (id), id UUID NOT NULL, kind TEXT NOT NULL,
                name TEXT NOT NULL, folded_name TEXT NOT NULL, place TEXT NOT NULL, language TEXT NOT NULL, owner UUID,
                known_through UUID, foreign_reference TEXT, of_company TEXT,
                created_at BIGINT NOT NULL, revision BIGINT NOT NULL, erased_at BIGINT,
                PRIMARY KEY (enterprise, id), UNIQUE (enterprise, known_through, foreign_reference)
            )
            """,
            "CREATE INDEX customers_by_name ON customers (enterprise, \(SQL.byBytes("folded_name")), id)",
            """
            CREATE TABLE contact_points (
                enterprise UUID NOT NULL, customer UUID NOT NULL, position BIGINT NOT NULL, channel TEXT NOT NULL,
                value TEXT NOT NULL, normalised TEXT NOT NULL, is_preferred BOOLEAN NOT NULL, note TEXT NOT NULL,
                PRIMARY KEY (enterprise, customer, position),
                FOREIGN KEY (enterprise, customer) REFERENCES customers (enterprise, id)
            ) \(.inKeyOrder)
            """,
            "CREATE INDEX contact_points_by_value ON contact_points (enterprise, normalised)",
            """
            CREATE TABLE remains (
                enterprise UUID NOT NULL REFERENCES enterprises (id), id UUID NOT NULL, PRIMARY KEY (enterprise, id)
            )
            """
        ),
    ]
}
