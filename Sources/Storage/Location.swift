// SPDX-License-Identifier: Apache-2.0

package enum Engine: String, Sendable, CaseIterable {
    case sqlite
    case postgres
}

/// Where a database is.
package enum Location: Sendable, Hashable {
    /// A file; created when missing.
    case sqlite(path: String)
    /// A database that lives and dies with its `Database`.
    case sqliteInMemory
    /// A connection URI as libpq takes it: `postgresql://user@host/name`.
    case postgres(url: String)

    /// Parses `sqlite:/path/to/file`, `sqlite::memory:` or `postgresql://…`.
    package init(parsing text: String) throws {
        if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") {
            self = .postgres(url: text)
        } else if text == "sqlite::memory:" {
            self = .sqliteInMemory
        } else if text.hasPrefix("sqlite:"), !text.dropFirst("sqlite:".count).allSatisfy({ $0 == "/" }) {
            self = .sqlite(path: String(text.dropFirst("sqlite:".count)))
        } else {
            throw StorageError.invalidLocation("write sqlite:/path/to/file or postgresql://user@host/name.")
        }
    }

    package var engine: Engine {
        switch self {
        case .sqlite, .sqliteInMemory: .sqlite
        case .postgres: .postgres
        }
    }
}
