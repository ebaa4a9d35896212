// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// How much lies at which company.
package struct CasesElsewhere: Codable, Sendable {
    package let company: String
    package let colour: Int
    package let cases: Int
    package let oldest: Timestamp
    package let late: Int

    static let section = PageSection<TodayPage>("elsewhere", in: .side, template: "cases-elsewhere") { page, desk in
        page.viewer.may(.casesRead) ? try desk.cases.elsewhere() : nil
    } model: { places, _, desk, moments in
        let models: [Model] = places.map { place in
            [
                "href": .text("/\(desk.enterprise.slug)/cases?holding=partner"), "name": .companyName(place.company),
                "colour": .number(place.colour), "count": .number(place.cases), "oldest": .text(moments.ago(place.oldest)),
                "late": place.late > 0 ? .number(place.late) : .none,
            ]
        }
        return [("elsewhere", .list(models))]
    }
}

extension CaseStore {
    package func elsewhere() throws -> [CasesElsewhere] {
        try tx.all(
            """
            SELECT holder_name, MIN(holder_colour), COUNT(*), MIN(updated_at),
                CAST(SUM(CASE WHEN due_at < \(desk.now) THEN 1 ELSE 0 END) AS BIGINT)
            FROM cases WHERE enterprise = \(desk.scope) AND is_open AND holder_name IS NOT NULL
            GROUP BY holder_name ORDER BY COUNT(*) DESC, holder_name LIMIT 20
            """
        ) { row in
            try CasesElsewhere(
                company: row.next(), colour: row.next(), cases: row.next(), oldest: row.next(), late: row.next())
        }
    }
}
