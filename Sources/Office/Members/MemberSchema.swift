// SPDX-License-Identifier: Apache-2.0
import Storage

package enum MemberSchema {
    package static let migrations: [Migration] = [
        Migration(
            "members-1",
            """
            CREATE TABLE members (
                enterprise UUID NOT NULL REFERENCES enterprises (id), id UUID NOT NULL, email TEXT NOT NULL,
                name TEXT NOT NULL, role TEXT NOT NULL, password TEXT, language TEXT NOT NULL, time_zone TEXT NOT NULL,
                theme TEXT NOT NULL, disabled_at BIGINT, PRIMARY KEY (enterprise, id), UNIQUE (enterprise, email)
            )
            """,
            """
            CREATE TABLE teams (
                enterprise UUID NOT NULL REFERENCES enterprises (id), id UUID NOT NULL, name TEXT NOT NULL,
                PRIMARY KEY (enterprise, id), UNIQUE (enterprise, name)
            )
            """,
            """
            CREATE TABLE team_members (
                enterprise UUID NOT NULL, team UUID NOT NULL, member UUID NOT NULL,
                PRIMARY KEY (enterprise, team, member),
                FOREIGN KEY (enterprise, team) REFERENCES teams (enterprise, id),
                FOREIGN KEY (enterprise, member) REFERENCES members (enterprise, id)
            )
            """,
            """
            CREATE TABLE sessions (
                enterprise UUID NOT NULL, token_hash BYTEA NOT NULL, member UUID NOT NULL, device TEXT NOT NULL,
                created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
                PRIMARY KEY (enterprise, token_hash),
                FOREIGN KEY (enterprise, member) REFERENCES members (enterprise, id)
            )
            """,
            """
            CREATE TABLE known_devices (
                enterprise UUID NOT NULL, member UUID NOT NULL, token_hash BYTEA NOT NULL, seen_at BIGINT NOT NULL,
                PRIMARY KEY (enterprise, member, token_hash),
                FOREIGN KEY (enterprise, member) REFERENCES members (enterprise, id)
            )
            """,
            "CREATE INDEX known_devices_by_token ON known_devices (enterprise, token_hash)",
            "CREATE INDEX sessions_by_member ON sessions (enterprise, member, seen_at DESC)",
            """
            CREATE TABLE api_tokens (
                enterprise UUID NOT NULL, id UUID NOT NULL, token_hash BYTEA NOT NULL, member UUID NOT NULL,
                label TEXT NOT NULL, role TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT, used_at BIGINT,
                revoked_at BIGINT,
                PRIMARY KEY (enterprise, id), UNIQUE (enterprise, token_hash),
                FOREIGN KEY (enterprise, member) REFERENCES members (enterprise, id)
            )
            """
        )
    ]
}
