// SPDX-License-Identifier: Apache-2.0
import Storage

enum IncidentSchema {
    static let migrations: [Migration] = [
        Migration(
            "incidents-1",
            """
            CREATE TABLE incidents (
                enterprise UUID NOT NULL, case_id UUID NOT NULL, severity TEXT NOT NULL, resolution TEXT NOT NULL,
                PRIMARY KEY (enterprise, case_id),
                FOREIGN KEY (enterprise, case_id) REFERENCES cases (enterprise, id)
            )
            """
        )
    ]
}
