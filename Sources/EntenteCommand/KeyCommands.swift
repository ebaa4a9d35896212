// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Collaboration
import Foundation
import Networking
import Office
import Storage

struct KeyCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "The keys with which a company signs what it tells linked companies.",
        discussion: """
            They take turns by themselves, every 90 days. The root key, which vouches for them, stays. In the database they are \
            sealed with the key in a file, where there is one (--key-file); without that file they are lost.
            """,
        subcommands: [ListKeys.self, RotateKey.self, RevokeKey.self, MakeKeyFile.self, Reseal.self])
}

struct ListKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the keys: thumbprint, state, and until when they count.")

    @OptionGroup var common: CommonOptions

    @Option(help: "The company's short name.")
    var enterprise: String

    func run() async throws {
        let slug = enterprise
        let keys = try await common.withDatabase { database in
            try await database.read { tx in
                try IdentityStore(EnterpriseStore(tx).require(slug).id, tx).keys(at: tx.startedAt)
            }
        }
        for key in keys {
            let state = key.state.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
            print("\(key.thumbprint)  \(state)  \(key.notBefore.rfc3339) to \(key.notAfter.rfc3339)")
        }
    }
}

struct RotateKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Let another key take over before its time.",
        discussion: "It is published at once and signs in 24 hours; the present one ends an hour later.")

    @OptionGroup var common: CommonOptions

    @Option(help: "The company's short name.")
    var enterprise: String

    func run() async throws {
        let slug = enterprise
        let next = try await common.withDatabase { database in
            try await database.write { tx in
                try IdentityStore(EnterpriseStore(tx).require(slug).id, tx).rotate(at: tx.startedAt)
            }
        }
        print("\(next.thumbprint) signs from \(next.notBefore.rfc3339).")
    }
}

struct RevokeKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a key at once, because somebody else may have it.",
        discussion: """
            Another takes its place if it was the one that signs. A running node tells linked companies within a minute, \
            under the root key; who cannot be reached learns it when it next looks.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "The company's short name.")
    var enterprise: String

    // A thumbprint may begin with a hyphen.
    @Option(parsing: .unconditional, help: "The key's thumbprint, as `key list` shows it.")
    var key: String

    func run() async throws {
        let (slug, thumbprint) = (enterprise, key)
        let signing = try await common.withDatabase { database in
            try await database.write { tx in
                let identity = IdentityStore(try EnterpriseStore(tx).require(slug).id, tx)
                do {
                    try identity.revoke(thumbprint, at: tx.startedAt)
                } catch IdentityError.noSuchKey {
                    throw ValidationError("\(slug) has no key \(thumbprint) that counts: see entente key list.")
                }
                return try identity.signingKey(at: tx.startedAt).thumbprint
            }
        }
        print("Revoked. \(signing) signs.")
    }
}
