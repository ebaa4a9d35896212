// SPDX-License-Identifier: Apache-2.0
import Storage

package enum AttachmentSchema {
    package static let migrations: [Migration] = [
        Migration(
            "attachments-1",
            """
            CREATE TABLE blobs (
                enterprise UUID NOT NULL, digest BYTEA NOT NULL, bytes BYTEA NOT NULL, PRIMARY KEY (enterprise, digest)
            )
            """,
            """
            CREATE TABLE attachments (
                enterprise UUID NOT NULL, id UUID NOT NULL, case_id UUID NOT NULL, message UUID NOT NULL,
                digest BYTEA NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, size BIGINT NOT NULL,
                coming_over UUID, PRIMARY KEY (enterprise, id),
                FOREIGN KEY (enterprise, message) REFERENCES messages (enterprise, id)
            )
            """,
            "CREATE INDEX attachments_by_message ON attachments (enterprise, message, id)",
            "CREATE INDEX attachments_by_digest ON attachments (enterprise, digest)",
            """
            CREATE TABLE attachment_grants (
                enterprise UUID NOT NULL, link UUID NOT NULL, digest BYTEA NOT NULL, PRIMARY KEY (enterprise, link, digest)
            )
            """
        ),
        Migration("attachments-2", "CREATE INDEX attachments_by_case ON attachments (enterprise, case_id, id)"),
        Migration(
            "attachments-3", "ALTER TABLE attachments ADD COLUMN coming_since BIGINT",
            """
            UPDATE attachments SET coming_since = (
                SELECT m.sent_at FROM messages m
                WHERE m.enterprise = attachments.enterprise AND m.id = attachments.message)
            WHERE coming_over IS NOT NULL
            """,
            """
            CREATE INDEX attachments_coming ON attachments (enterprise, coming_over, coming_since)
            WHERE coming_over IS NOT NULL
            """),
    ]
}
