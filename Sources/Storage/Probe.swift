// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Database {
    /// Writes next to nothing, durably; throws what stands in the way of writing, such as `StorageError.full`.
    package func probe() async throws {
        if case .sqlite(let path) = location { try Self.requireRoom(at: path) }
        try await write { tx in
            switch tx.engine {
            // Sets what it is, which writes the first page.
            case .sqlite: try tx.run("PRAGMA user_version = 0")
            // Takes a number for the transaction, which its commit then writes.
            case .postgres: _ = try tx.first("SELECT pg_current_xact_id()::text") { try $0.next() as String }
            }
        }
    }

    /// A write-ahead log that has grown takes small writes for a while when the disk is already full.
    private static func requireRoom(at path: String) throws {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw StorageError.unusable("\(path): \(String(cString: strerror(errno)))") }
        let room = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        guard room >= 1 << 20 else { throw StorageError.full("less than 1 MiB is free") }
    }
}
