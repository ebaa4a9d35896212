// SPDX-License-Identifier: Apache-2.0
import Storage

package enum MessageSchema {
    package static let migrations: [Migration] = [
        Migration("case-text-1", CaseIndex.cases.createTable + CaseIndex.messages.createTable),
        Migration(
            "messages-1",
            """
            CREATE TABLE messages (
                enterprise UUID NOT NULL, id UUID NOT NULL, case_id UUID NOT NULL, author_kind TEXT NOT NULL,
                author_name TEXT NOT NULL, author_link UUID, body TEXT NOT NULL, channel TEXT NOT NULL,
                to_customer BOOLEAN NOT NULL, handover UUID, sent_at BIGINT NOT NULL, erased_for TEXT,
                PRIMARY KEY (enterprise, id),
                FOREIGN KEY (enterprise, case_id) REFERENCES cases (enterprise, id)
            )
            """,
            "CREATE INDEX messages_by_case ON messages (enterprise, case_id, sent_at, id)",
            """
            CREATE TABLE message_audience (
                enterprise UUID NOT NULL, message UUID NOT NULL, link UUID NOT NULL,
                PRIMARY KEY (enterprise, message, link),
                FOREIGN KEY (enterprise, message) REFERENCES messages (enterprise, id)
            ) \(.inKeyOrder)
            """
        )
    ]
}
