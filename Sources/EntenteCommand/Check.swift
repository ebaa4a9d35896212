// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Collaboration
import Foundation
import Storage

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell whether others on this machine can read what is in the database.",
        discussion: "Names each file or folder that is open to others, and how to close it. Ends with 1 if there is one.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await common.settings()
        if case .sqlite(let path) = try settings.database, !FileManager.default.fileExists(atPath: path) {
            throw BadConfiguration(description: "There is no database at \(path).")
        }
        let findings = Self.findings(try settings.database, keyFile: settings.keyFile)
        guard findings.isEmpty else {
            findings.forEach { print($0) }
            throw ExitCode.failure
        }
        // Whether the database answers, and the key is the right one.
        try await common.withDatabase { _ in }
        print("Nobody else on this machine can read it.")
    }

    /// What is open to others, each with what to do about it.
    static func findings(_ database: Location, keyFile: String?) -> [String] {
        var paths: [String] = []
        var folders: [String] = []
        if case .sqlite(let path) = database {
            paths += ["", "-wal", "-shm"].map { path + $0 }
            folders.append(URL(filePath: path).deletingLastPathComponent().path)
        }
        if let keyFile { paths.append(keyFile) }
        return (folders + paths).compactMap { path in
            PrivateFile.modeOpenToOthers(path).map { mode in
                let isFolder = folders.contains(path)
                return "\(path) is open to others (mode \(mode)): chmod \(isFolder ? 700 : 600) \(path)"
            }
        }
    }
}
