// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage

/// Which field of a case went to which company, and when: the answer to "who knows what about me".
package struct Disclosed: Sendable {
    package let link: ID<Link>
    package let company: String
    package let field: SharedField
    package let at: Timestamp
    /// When something of it went last: another message, another file, a corrected contact point.
    package let lastAt: Timestamp
    package let takenBackAt: Timestamp?

    package var isPersonal: Bool {
        switch field {
        case .customerName, .customerContact, .customerPlace: true
        default: false
        }
    }
}

extension Desk {
    /// Adds to the ledger, once a field and link; when more of a field goes that has gone before, the ledger says so.
    func disclose(_ fields: [SharedField], of item: Case, to link: Link) throws {
        guard !fields.isEmpty else { return }
        let known = try disclosed(of: item.id).filter { $0.link == link.id }
        let gone = Set(known.filter { $0.takenBackAt == nil }.map(\.field))
        try tx.run(
            """
            UPDATE disclosures SET last_at = \(now)
            WHERE enterprise = \(scope) AND case_id = \(item.id) AND link = \(link.id) AND taken_back_at IS NULL
                AND field IN (\(SQL.list(gone.intersection(fields).map(\.rawValue))))
            """)
        var position = known.count
        for field in fields where !gone.contains(field) {
            position += 1
            try tx.run(
                """
                INSERT INTO disclosures (enterprise, case_id, link, position, customer, company, field, at, last_at)
                VALUES (\(scope), \(item.id), \(link.id), \(position), \(item.customer), \(link.name), \(field.rawValue), \(now),
                    \(now))
                """)
        }
    }

    package func disclosed(of item: ID<Case>) throws -> [Disclosed] { try disclosed(of: [item]) }

    package func disclosed(of items: [ID<Case>]) throws -> [Disclosed] {
        try askDisclosed(of: items).rows.compactMap(\.self)
    }

    /// `nil` for what this version of the program cannot name.
    func askDisclosed(of items: [ID<Case>]) throws -> Later<Disclosed?> {
        try tx.later(
            """
            SELECT link, company, field, at, last_at, taken_back_at FROM disclosures
            WHERE enterprise = \(scope) AND case_id IN (\(SQL.list(items))) ORDER BY at, link, position
            """
        ) { row in
            let (link, company, name): (ID<Link>, String, String) = try (row.next(), row.next(), row.next())
            guard let field = SharedField(rawValue: name) else { return nil }
            return try Disclosed(
                link: link, company: company, field: field, at: row.next(), lastAt: row.next(), takenBackAt: row.next())
        }
    }

    /// The entries stay; that they were taken back is added to them, and is never undone.
    package func takeBackDisclosures(
        of item: Case, from link: ID<Link>,
        _ fields: [SharedField] = [.customerName, .customerContact, .customerPlace]
    ) throws {
        try tx.run(
            """
            UPDATE disclosures SET taken_back_at = \(now)
            WHERE enterprise = \(scope) AND case_id = \(item.id) AND link = \(link) AND taken_back_at IS NULL
                AND field IN (\(SQL.list(fields.map(\.rawValue))))
            """)
    }

    /// The customer's wish, which later acceptances respect. It is only ever added to.
    func keepWish(of customer: ID<Customer>, against link: ID<Link>?) throws {
        try tx.run(
            """
            INSERT INTO sharing_wishes (enterprise, customer, against, at)
            VALUES (\(scope), \(customer), \(link.map { "\($0)" } ?? Self.everybody), \(now))
            ON CONFLICT (enterprise, customer, against) DO NOTHING
            """)
    }

    func hasTakenBack(_ customer: ID<Customer>, from link: ID<Link>) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM sharing_wishes
            WHERE enterprise = \(scope) AND customer = \(customer) AND against IN (\(Self.everybody), \("\(link)"))
            """
        ) { _ in true } ?? false
    }

    private static var everybody: String { "everybody" }
}
