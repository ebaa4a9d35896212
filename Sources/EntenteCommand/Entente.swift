// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Storage
import Web

@main
struct Entente: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entente",
        abstract: "Collaborative CRM: one customer relationship, many companies.",
        discussion: """
            Options may also come from the environment (ENTENTE_DATABASE for --database, and so on) or from a JSON \
            file ({"database": "…"}) named by --config or ENTENTE_CONFIG. A flag wins over the environment, and that \
            over the file.
            """,
        subcommands: [
            Serve.self, Migrate.self, EnterpriseCommands.self, MemberCommands.self, TokenCommands.self, BackUp.self,
            Restore.self, Purge.self, Check.self, LinkCommands.self, KeyCommands.self, Demo.self, Enclose.self,
        ])

    /// Tells what went wrong in one sentence. Exit codes are those of sysexits.h: 64 usage, 78 configuration; else 1.
    static func main() async {
        // Whatever this program or one that it starts writes is its user's alone.
        umask(0o077)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as BadConfiguration {
            stop(error.description, code: 78)
        } catch let error as SealingProblem {
            stop(error.description, code: 78)
        } catch StorageError.invalidLocation(let reason) {
            stop("The database address is wrong: \(reason)", code: 78)
        } catch let error as StorageError {
            stop(error.description, code: 1)
        } catch let error as any Problem {
            stop(error.detail.description, code: 1)
        } catch {
            exit(withError: error)
        }
    }

    /// Prints at once, also into a pipe, which `print` fills first.
    static func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    private static func stop(_ sentence: String, code: Int32) -> Never {
        FileHandle.standardError.write(Data("entente: \(sentence)\n".utf8))
        Foundation.exit(code)
    }
}
