// SPDX-License-Identifier: Apache-2.0
import Storage

extension CaseStore {
    package func tags(of item: ID<Case>) throws -> [String] {
        try tx.all("SELECT tag FROM case_tags WHERE enterprise = \(desk.scope) AND case_id = \(item) ORDER BY tag") {
            try $0.next()
        }
    }

    func replaceTags(of item: ID<Case>, with tags: [String]) throws {
        try tx.run("DELETE FROM case_tags WHERE enterprise = \(desk.scope) AND case_id = \(item)")
        for tag in tags {
            try tx.run("INSERT INTO case_tags (enterprise, case_id, tag) VALUES (\(desk.scope), \(item), \(tag))")
        }
    }

    /// Tags in use, at most `limit`, for the filter.
    package func tagsInUse(limit: Int = 100) throws -> [String] {
        try tx.all(
            "SELECT DISTINCT tag FROM case_tags WHERE enterprise = \(desk.scope) ORDER BY tag LIMIT \(limit)"
        ) { try $0.next() }
    }
}
