// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Collaboration
import Networking
import Storage

struct MakeKeyFile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "file", abstract: "Make a file with a new key, which seals the companies’ own keys in the database.",
        discussion: """
            Only its owner can read it. Name it in the settings (keyFile) and start the node: what is in the database is \
            sealed then. Keep a copy elsewhere than the backups: without it a backup does not open.
            """)

    @Argument(help: "The file to write; it must not exist.")
    var file: String

    func run() async throws {
        let key = SealingKey()
        try key.write(to: file)
        print("Key \(key.id) is in \(file). Keep a copy where the backups are not.")
    }
}

struct Reseal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reseal", abstract: "Seal the companies’ own keys with another key, or with none.",
        discussion: "Stop every process of the node first, and name the new file in the settings afterwards.")

    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("The file with the new key.", valueName: "file"))
    var newKeyFile: String?

    @Flag(help: "Seal them no longer.")
    var plain = false

    func validate() throws {
        guard plain == (newKeyFile == nil) else {
            throw ValidationError("Say either --new-key-file FILE or --plain.")
        }
    }

    func run() async throws {
        let sealing = try newKeyFile.map { try SealingKey(contentsOf: $0) }
        let count = try await common.withDatabase { database in
            let count = try await database.write { tx in try OwnSecrets.change(to: sealing, tx) }
            // As they were sealed before, they must not stay in the file.
            try await database.scrub()
            return count
        }
        print("\(count) keys are \(sealing.map { "sealed with \($0.id)" } ?? "not sealed any more").")
    }
}
