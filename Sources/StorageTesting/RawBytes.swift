// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage

extension Database {
    /// Every byte of its files: SQLite's file, log and index of the log; the folder in which PostgreSQL keeps this
    /// database. For tests that look for what must not be there.
    package func bytes() async throws -> [UInt8] {
        switch location {
        case .sqliteInMemory: return []
        case .sqlite(let path):
            return try ["", "-wal", "-shm"].map { path + $0 }.filter { FileManager.default.fileExists(atPath: $0) }
                .reduce(into: []) { $0 += try Data(contentsOf: URL(filePath: $1)) }
        case .postgres:
            // What it has changed in memory is in the files after this.
            let folder = try await write { tx in
                try tx.run("CHECKPOINT")
                return try tx.first(
                    """
                    SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database
                    WHERE datname = current_database()
                    """
                ) { try $0.next() as String }
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder ?? "")
            return try names.reduce(into: []) { $0 += try Data(contentsOf: URL(filePath: "\(folder ?? "")/\($1)")) }
        }
    }

    /// Which of these words stand anywhere in its files, in whatever case of ASCII.
    package func bytesHold(_ words: [String]) async throws -> Set<String> {
        var bytes = try await bytes()
        for index in bytes.indices where bytes[index] >= 65 && bytes[index] <= 90 { bytes[index] += 32 }
        return Set(words.filter { !bytes.places(of: $0.lowercased()).isEmpty })
    }
}

extension [UInt8] {
    /// Where a text stands in these bytes, as UTF-8 (Horspool's search).
    package func places(of text: String) -> [Int] {
        let word = Array(text.utf8)
        guard let last = word.last, word.count <= count else { return [] }
        var shifts = [Int](repeating: word.count, count: 256)
        for (index, byte) in word.dropLast().enumerated() { shifts[Int(byte)] = word.count - 1 - index }
        var (places, end) = ([Int](), word.count - 1)
        while end < count {
            let byte = self[end]
            if byte == last, self[(end - word.count + 1)...end].elementsEqual(word) { places.append(end - word.count + 1) }
            end += shifts[Int(byte)]
        }
        return places
    }
}
