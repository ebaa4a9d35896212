// SPDX-License-Identifier: Apache-2.0
import Storage

package enum PresenceSchema {
    package static let migrations: [Migration] = [
        Migration(
            "presence-1",
            """
            CREATE TABLE presence (
                enterprise UUID NOT NULL, case_id UUID NOT NULL, member UUID NOT NULL, seen_at BIGINT NOT NULL,
                is_typing BOOLEAN NOT NULL, PRIMARY KEY (enterprise, case_id, member)
            )
            """
        ),
    ]
}
