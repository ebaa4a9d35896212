// SPDX-License-Identifier: Apache-2.0
import Storage

package enum EnterpriseSchema {
    package static let migrations: [Migration] = [
        Migration(
            "enterprises-1",
            """
            CREATE TABLE enterprises (
                id UUID PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL, colour BIGINT NOT NULL,
                place TEXT NOT NULL, intro TEXT NOT NULL, language TEXT NOT NULL, time_zone TEXT NOT NULL,
                prefix TEXT NOT NULL, follow_days BIGINT, switched_off TEXT NOT NULL, created_at BIGINT NOT NULL,
                CHECK (colour BETWEEN 1 AND 12), CHECK (follow_days > 0)
            )
            """,
            """
            CREATE TABLE counters (
                enterprise UUID NOT NULL REFERENCES enterprises (id), name TEXT NOT NULL, last BIGINT NOT NULL,
                PRIMARY KEY (enterprise, name)
            )
            """
        )
    ]
}
