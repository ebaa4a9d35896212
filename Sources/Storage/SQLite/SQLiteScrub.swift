// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import GRDBSQLite

extension SQLiteBackend {
    /// Takes what was deleted or overwritten out of the file and its log. Throws `StorageError.busy` while somebody reads
    /// an older state: try again. Writers wait for milliseconds at a time.
    func scrub(_ path: String) throws {
        try SQLiteFailure.translating {
            try connections.writeWithoutTransaction { try Self.emptyLog($0, path) }
            guard let dirty = try Self.pagesWithRemains(path) else { return try rewrite(path) }
            for start in stride(from: 0, to: dirty.count, by: Self.pagesAtOnce) {
                try connections.writeWithoutTransaction { connection in
                    try Self.clear(dirty[start..<min(start + Self.pagesAtOnce, dirty.count)], connection, path)
                }
            }
        }
    }

    /// Writes the whole file anew, which takes as much space again for a while; nobody can write meanwhile.
    func rewrite(_ path: String) throws {
        try SQLiteFailure.translating {
            try connections.writeWithoutTransaction { connection in
                try Self.vacuum(connection)
                try Self.emptyLog(connection, path)
            }
        }
    }

    private static let pagesAtOnce = 500

    private static func vacuum(_ connection: GRDB.Database) throws {
        guard let handle = connection.sqliteConnection else { throw StorageError.closed }
        // The new file is as large as the old one: not in memory.
        try connection.execute(sql: "PRAGMA temp_store = FILE")
        defer { sqlite3_exec(handle, "PRAGMA temp_store = MEMORY", nil, nil, nil) }
        try connection.execute(sql: "VACUUM")
    }

    /// Moves the log into the file, and leaves nothing of it.
    private static func emptyLog(_ connection: GRDB.Database, _ path: String) throws {
        guard let handle = connection.sqliteConnection else { throw StorageError.closed }
        // Who reads is soon done; those who would write wait for this, so it must not wait for long.
        sqlite3_busy_timeout(handle, 100)
        defer { sqlite3_busy_timeout(handle, 5_000) }
        _ = try connection.checkpoint(.truncate)
        guard try logIsEmpty(path) else { throw StorageError.busy }
    }

    private static func logIsEmpty(_ path: String) throws -> Bool {
        var status = stat()
        return stat(path + "-wal", &status) != 0 || status.st_size == 0
    }

    /// The numbers of pages with remains of what is not there any more, from 0, as the file is now; `nil` if it cannot be
    /// told. Reads on a connection of its own, so that nobody waits.
    private static func pagesWithRemains(_ path: String) throws -> [Int]? {
        let reader = try DatabaseQueue(path: path)
        return try reader.inDatabase { connection in
            let file = try SQLitePages(connection)
            guard let layout = try file.layout() else { return nil }
            var dirty: [Int] = []
            try file.eachPage(layout) { number, page in
                if layout.holes(in: page, isFirst: number == 0).contains(where: { page[$0].contains { $0 != 0 } }) {
                    dirty.append(number)
                }
            }
            return dirty
        }
    }

    /// Overwrites what is in the holes of these pages. While this holds the right to write and the log is empty, nobody
    /// moves a page into the file; whoever reads one looks at its cells only, and those stay as they are, also when the
    /// power fails in between.
    private static func clear(_ pages: ArraySlice<Int>, _ connection: GRDB.Database, _ path: String) throws {
        try emptyLog(connection, path)
        try connection.execute(sql: "BEGIN IMMEDIATE")
        defer {
            // What this connection remembers of the pages it would write again.
            if let handle = connection.sqliteConnection {
                sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
                sqlite3_db_release_memory(handle)
            }
        }
        guard try logIsEmpty(path) else { throw StorageError.busy }
        let file = try SQLitePages(connection)
        guard let layout = try file.layout() else { return }
        for number in pages {
            guard let page = try file.page(number, layout) else { continue }
            let holes = page.withUnsafeBytes { layout.holes(in: $0, isFirst: number == 0) }
            for hole in holes where page[hole].contains(where: { $0 != 0 }) {
                try file.clear(number * layout.pageSize + hole.lowerBound, hole.count)
            }
        }
        try file.flush()
    }
}

/// The file of a connection, through SQLite's own handle: to open and close another would end its locks (POSIX).
private struct SQLitePages {
    private let file: UnsafeMutablePointer<sqlite3_file>

    private static let chunk = 1 << 20

    init(_ connection: GRDB.Database) throws {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(connection.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file)
        guard code == SQLITE_OK, let file, file.pointee.pMethods != nil else { throw StorageError.closed }
        self.file = file
    }

    func layout() throws -> SQLiteLayout? {
        let size = try size()
        guard size >= 100 else { return nil }
        return try read(0, 100).withUnsafeBytes { SQLiteLayout(header: $0, fileSize: size) }
    }

    /// Calls with the number of each page, from 0, and its bytes.
    func eachPage(_ layout: SQLiteLayout, _ body: (Int, UnsafeRawBufferPointer) -> Void) throws {
        let size = try size() / layout.pageSize * layout.pageSize
        for start in stride(from: 0, to: size, by: Self.chunk) {
            try read(start, min(Self.chunk, size - start)).withUnsafeBytes { bytes in
                for offset in stride(from: 0, to: bytes.count, by: layout.pageSize) {
                    body((start + offset) / layout.pageSize, UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + layout.pageSize]))
                }
            }
        }
    }

    /// `nil` if the file has become shorter.
    func page(_ number: Int, _ layout: SQLiteLayout) throws -> [UInt8]? {
        guard (number + 1) * layout.pageSize <= (try size()) else { return nil }
        return try read(number * layout.pageSize, layout.pageSize)
    }

    func clear(_ offset: Int, _ count: Int) throws {
        let zeros = [UInt8](repeating: 0, count: count)
        try check(methods.xWrite(file, zeros, Int32(count), sqlite3_int64(offset)))
    }

    func flush() throws { try check(methods.xSync(file, SQLITE_SYNC_NORMAL)) }

    private var methods: sqlite3_io_methods { file.pointee.pMethods.pointee }

    private func size() throws -> Int {
        var size: sqlite3_int64 = 0
        try check(methods.xFileSize(file, &size))
        return Int(size)
    }

    private func read(_ offset: Int, _ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            try check(methods.xRead(file, buffer.baseAddress, Int32(count), sqlite3_int64(offset)))
            filled = count
        }
    }

    private func check(_ code: Int32) throws {
        if code != SQLITE_OK { throw SQLiteFailure.error(code, "the database's file cannot be cleaned") }
    }
}
