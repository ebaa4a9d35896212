// SPDX-License-Identifier: Apache-2.0
import Storage

package enum LinkSchema {
    package static let migrations: [Migration] = [keys, links, conversations, delivery, ages, changes, pulls, statements, causes, names]

    private static let keys = Migration(
        "links-1-keys",
        """
        CREATE TABLE enterprise_keys (
            enterprise UUID NOT NULL, thumbprint TEXT NOT NULL, kind TEXT NOT NULL, secret BYTEA NOT NULL,
            sealed_by TEXT, not_before BIGINT NOT NULL, not_after BIGINT NOT NULL, revoked_at BIGINT,
            PRIMARY KEY (enterprise, thumbprint), CHECK (kind IN ('root', 'operational', 'route'))
        )
        """)

    private static let links = Migration(
        "links-2-links",
        """
        CREATE TABLE links (
            enterprise UUID NOT NULL, id UUID NOT NULL, state TEXT NOT NULL, name TEXT NOT NULL, colour BIGINT NOT NULL,
            address TEXT NOT NULL, root TEXT NOT NULL, role TEXT NOT NULL, is_inviter BOOLEAN NOT NULL,
            statement TEXT NOT NULL, statement_at BIGINT NOT NULL, code TEXT NOT NULL, contract TEXT NOT NULL,
            own_signature TEXT, peer_signature TEXT, proposal TEXT, proposal_is_ours BOOLEAN NOT NULL DEFAULT FALSE,
            to_confirm BOOLEAN NOT NULL DEFAULT FALSE, created_at BIGINT NOT NULL, closes_at BIGINT,
            checked_at BIGINT, differs TEXT, PRIMARY KEY (enterprise, id)
        )
        """,
        "CREATE UNIQUE INDEX links_open ON links (enterprise, root) WHERE state <> 'closed'",
        """
        CREATE TABLE link_keys (
            enterprise UUID NOT NULL, thumbprint TEXT NOT NULL, link UUID NOT NULL, key BYTEA NOT NULL,
            not_before BIGINT NOT NULL, not_after BIGINT NOT NULL, PRIMARY KEY (enterprise, thumbprint, link),
            FOREIGN KEY (enterprise, link) REFERENCES links (enterprise, id)
        )
        """,
        """
        CREATE TABLE invitations (
            enterprise UUID NOT NULL, id UUID NOT NULL, token_hash BYTEA NOT NULL, label TEXT NOT NULL,
            role TEXT NOT NULL, kinds TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
            opened_by TEXT, accepted_at BIGINT, withdrawn_at BIGINT, PRIMARY KEY (enterprise, id),
            UNIQUE (enterprise, token_hash)
        )
        """)

    /// The two directions of a conversation are rows of two tables, so that taking an event and sending one never wait
    /// for each other. `settled_out` is the last of ours that the peer has spoken about: what comes after it waits.
    private static let conversations = Migration(
        "links-3-conversations",
        """
        CREATE TABLE conversations (
            enterprise UUID NOT NULL, link UUID NOT NULL, id UUID NOT NULL, last_out BIGINT NOT NULL DEFAULT 0,
            settled_out BIGINT NOT NULL DEFAULT 0, hash_out BYTEA NOT NULL, waits_since BIGINT NOT NULL DEFAULT 0,
            held_at BIGINT, PRIMARY KEY (enterprise, link, id),
            FOREIGN KEY (enterprise, link) REFERENCES links (enterprise, id)
        )
        """,
        """
        CREATE TABLE incoming_conversations (
            enterprise UUID NOT NULL, link UUID NOT NULL, id UUID NOT NULL, last_in BIGINT NOT NULL DEFAULT 0,
            hash_in BYTEA NOT NULL, PRIMARY KEY (enterprise, link, id),
            FOREIGN KEY (enterprise, link) REFERENCES links (enterprise, id)
        )
        """,
        """
        CREATE INDEX conversations_waiting ON conversations (enterprise, link, waits_since)
        WHERE settled_out < last_out AND held_at IS NULL
        """,
        """
        CREATE TABLE outbox (
            enterprise UUID NOT NULL, link UUID NOT NULL, conversation UUID NOT NULL, convseq BIGINT NOT NULL,
            id UUID NOT NULL, type TEXT NOT NULL, event BYTEA NOT NULL, hash BYTEA NOT NULL, created_at BIGINT NOT NULL,
            expires_at BIGINT, code TEXT, detail TEXT, failed_at BIGINT, receipt UUID,
            PRIMARY KEY (enterprise, link, conversation, convseq),
            UNIQUE (enterprise, id)
        )
        """,
        "CREATE INDEX outbox_failed ON outbox (enterprise, link, failed_at) WHERE failed_at IS NOT NULL",
        """
        CREATE TABLE inbox (
            enterprise UUID NOT NULL, link UUID NOT NULL, id UUID NOT NULL, conversation UUID NOT NULL,
            convseq BIGINT NOT NULL, hash BYTEA NOT NULL, outcome TEXT NOT NULL, received_at BIGINT NOT NULL,
            PRIMARY KEY (enterprise, link, id), UNIQUE (enterprise, link, conversation, convseq)
        )
        """)

    private static let delivery = Migration(
        "links-4-delivery",
        """
        CREATE TABLE destinations (
            enterprise UUID NOT NULL, link UUID NOT NULL, failures BIGINT NOT NULL DEFAULT 0,
            next_attempt BIGINT NOT NULL DEFAULT 0, trouble TEXT, last_receipt BIGINT, last_heard BIGINT,
            lease UUID, leased_until BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (enterprise, link),
            FOREIGN KEY (enterprise, link) REFERENCES links (enterprise, id)
        )
        """,
        """
        CREATE TABLE receipts (
            enterprise UUID NOT NULL, id UUID NOT NULL, link UUID NOT NULL, at BIGINT NOT NULL, request TEXT NOT NULL,
            response TEXT NOT NULL, PRIMARY KEY (enterprise, id)
        )
        """,
        """
        CREATE TABLE nonces (
            enterprise UUID NOT NULL, key TEXT NOT NULL, nonce TEXT NOT NULL, until BIGINT NOT NULL,
            PRIMARY KEY (enterprise, key, nonce)
        )
        """,
        "CREATE INDEX nonces_until ON nonces (until)")

    /// What is forgotten after a while is found by its age.
    private static let ages = Migration(
        "links-5-ages", "CREATE INDEX receipts_at ON receipts (at)",
        "CREATE INDEX inbox_received_at ON inbox (received_at)")

    /// Grows with each change, so that open pages see it.
    private static let changes = Migration(
        "links-6-changes", "ALTER TABLE links ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0")

    /// When we last asked a peer what waits for us there, and when a peer last fetched what waits for it here.
    private static let pulls = Migration(
        "links-7-pulls", "ALTER TABLE destinations ADD COLUMN asked_at BIGINT",
        "ALTER TABLE destinations ADD COLUMN fetched_at BIGINT")

    /// Which statement of ours the peer was told, as its digest, and when we last asked for the peer's.
    private static let statements = Migration(
        "links-8-statements", "ALTER TABLE links ADD COLUMN told TEXT",
        "ALTER TABLE links ADD COLUMN statement_asked_at BIGINT",
        "ALTER TABLE links ADD COLUMN moved_to TEXT")

    /// The event by which the peer has proposed a contract; the answer names it.
    private static let causes = Migration("links-9-causes", "ALTER TABLE links ADD COLUMN proposal_event UUID")

    /// What a peer calls itself by now, until somebody here has agreed to it.
    private static let names = Migration("links-10-names", "ALTER TABLE links ADD COLUMN new_name TEXT")
}
