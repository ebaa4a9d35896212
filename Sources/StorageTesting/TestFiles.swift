// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage

package enum TestFolder {
    /// An empty folder that is removed when the process ends.
    package static func make() throws -> URL { try TestFiles.shared.get().makeFolder() }
}

/// SQLite databases in a directory that lives as long as the process.
struct TestFiles: TestStore {
    static let shared = Result { try TestFiles() }

    private let directory: URL

    private static let prefix = "entente-tests-"

    private init() throws {
        let files = FileManager.default
        for old in try files.contentsOfDirectory(at: files.temporaryDirectory, includingPropertiesForKeys: nil) {
            guard old.lastPathComponent.hasPrefix(Self.prefix),
                let process = pid_t(old.lastPathComponent.dropFirst(Self.prefix.count)),
                kill(process, 0) != 0 && errno == ESRCH
            else { continue }
            try files.removeItem(at: old)
        }
        directory = files.temporaryDirectory.appendingPathComponent("\(Self.prefix)\(getpid())")
        try files.createDirectory(at: directory, withIntermediateDirectories: true)
        atexit {
            // What cannot be removed now is removed by the next run.
            if let files = try? TestFiles.shared.get() { try? FileManager.default.removeItem(at: files.directory) }
        }
    }

    func makeFolder() throws -> URL {
        let folder = directory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    func create(_ name: String, from template: Location?) throws -> Location {
        let file = directory.appendingPathComponent("\(name).sqlite")
        if case .sqlite(let path) = template {
            try FileManager.default.copyItem(at: URL(fileURLWithPath: path), to: file)
        }
        return .sqlite(path: file.path)
    }

    func remove(_ location: Location) throws {
        guard case .sqlite(let path) = location else { return }
        for path in [path, path + "-wal", path + "-shm"] where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }
}
