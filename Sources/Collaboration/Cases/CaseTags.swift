// SPDX-License-Identifier: Apache-2.0
import Storage

extension CaseStore {
    package func tags(of item: ID<Case>) throws -> [String] { try askTags(of: item).rows }

    func askTags(of item: ID<Case>) throws -> Later<String> {
        try tx.later("SELECT tag FROM case_tags WHERE enterprise = \(desk.scope) AND case_id = \(item) ORDER BY tag") {
            try $0.next()
        }
    }

    package func replaceTags(of item: ID<Case>, with tags: [String]) throws {
        try tx.run("DELETE FROM case_tags WHERE enterprise = \(desk.scope) AND case_id = \(item)")
        for tag in tags {
            try tx.run("INSERT INTO case_tags (enterprise, case_id, tag) VALUES (\(desk.scope), \(item), \(tag))")
        }
    }

    /// Tags in use, at most `limit`, for the filter.
    package func tagsInUse(limit: Int = 100) throws -> [String] {
        // From one tag to the next along the index: `DISTINCT` would read every tagged case.
        try tx.all(
            """
            WITH RECURSIVE tags (tag) AS (
                SELECT (SELECT MIN(tag) FROM case_tags WHERE enterprise = \(desk.scope))
                UNION ALL
                SELECT (SELECT MIN(c.tag) FROM case_tags c WHERE c.enterprise = \(desk.scope) AND c.tag > tags.tag)
                FROM tags WHERE tags.tag IS NOT NULL
            )
            SELECT tag FROM tags WHERE tag IS NOT NULL LIMIT \(limit)
            """
        ) { try $0.next() }
    }
}
