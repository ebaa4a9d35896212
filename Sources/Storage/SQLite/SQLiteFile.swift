// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The file that a database was opened as. SQLite goes on writing into a file that was removed or replaced, where
/// nobody will ever find it.
struct SQLiteFile: Sendable {
    private let path: String
    private let device: UInt64
    private let number: UInt64

    init(path: String) throws {
        self.path = path
        (device, number) = try Self.identity(path)
    }

    /// Throws unless the file that is there is still the one that was opened.
    func requirePresence() throws {
        guard try Self.identity(path) == (device, number) else {
            throw StorageError.unusable("\(path) is another file than the one that was opened; restart the program")
        }
    }

    private static func identity(_ path: String) throws -> (UInt64, UInt64) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw StorageError.unusable("\(path): \(String(cString: strerror(errno)))") }
        return (UInt64(status.st_dev), UInt64(status.st_ino))
    }
}
