// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Collaboration
import Entente
import Foundation
import Office
import Storage
import Web

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the demonstration: three nodes on this machine, linked with each other.",
        discussion: """
            The first start sets up Velora (with Dekker Fietsen on the same node), Spoke & Co and Kraft Drives. Ctrl-C stops \
            them; the next start goes on where they were.
            """)

    @Option(help: "Where the three databases are.")
    var folder = "demo"

    @Flag(help: "Forget everything and start over.")
    var fresh = false

    func run() async throws {
        let folder = URL(filePath: folder)
        if fresh { try DemoSetUp.forget(folder) }
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let mark = folder.appending(path: "ready")
        let isNew = !FileManager.default.fileExists(atPath: mark.path)
        var tokens: [String: String] = [:]
        if isNew {
            for node in DemoNode.all { tokens.merge(try await DemoSetUp.prepare(node, in: folder)) { $1 } }
        }
        let nodes = try DemoNodes(in: folder)
        defer { nodes.stop() }
        try await nodes.waitUntilReady()
        if isNew {
            try await DemoStory(tokens: tokens).tell()
            try Data().write(to: mark)
        }
        Self.printAddresses()
        await nodes.waitForEnd()
    }

    private static func printAddresses() {
        print("\nEntente is running. Everybody’s password is \(DemoCompany.password)\n")
        for node in DemoNode.all {
            for company in node.companies {
                print("  \(company.name)")
                print("    public page   \(node.origin)/\(company.slug)")
                for person in company.people {
                    print("    sign in       \(node.origin)/\(company.slug)/sign-in   \(person.email)  (\(person.name), \(person.role.rawValue))")
                }
            }
        }
        print("\nCtrl-C stops it. Start it again to go on; `bin/demo --fresh` starts over.")
        fflush(nil)
    }
}

/// Fills a node's database before it is first served.
enum DemoSetUp {
    static func location(_ node: DemoNode, in folder: URL) -> Location {
        .sqlite(path: folder.appending(path: "\(node.name).sqlite").path)
    }

    /// Removes what the demonstration has made in its folder, and nothing else.
    static func forget(_ folder: URL) throws {
        let files = DemoNode.all.flatMap { node in ["", "-wal", "-shm"].map { "\(node.name).sqlite\($0)" } + ["\(node.name).log"] }
        for file in (files + ["ready"]).map({ folder.appending(path: $0).path })
        where FileManager.default.fileExists(atPath: file) {
            try FileManager.default.removeItem(atPath: file)
        }
    }

    /// Returns an API token for everybody who writes, by their e-mail address, and an administrator's for each company, by its
    /// short name.
    static func prepare(_ node: DemoNode, in folder: URL) async throws -> [String: String] {
        let location = location(node, in: folder)
        // Left from a set-up that was interrupted.
        if case .sqlite(let path) = location {
            for file in [path, path + "-wal", path + "-shm"] where FileManager.default.fileExists(atPath: file) {
                try FileManager.default.removeItem(atPath: file)
            }
        }
        let database = try await Database.open(location)
        try await database.migrate(Node.migrations)
        let password = try await Passwords().hash(DemoCompany.password)
        var tokens: [String: String] = [:]
        for company in node.companies {
            let made = try await database.write { tx in
                var enterprise = try EnterpriseDraft(
                    name: company.name, slug: company.slug, colour: company.colour, place: company.place
                ).create(Features.kernel(host: ""), tx, timeZone: "Europe/Brussels", by: .commandLine(at: tx.startedAt))
                enterprise.intro = company.intro
                try EnterpriseStore(tx).save(enterprise)
                var own: [String: String] = [:]
                for person in company.people {
                    let member = Member(email: person.email, name: person.name, role: person.role)
                    try MemberStore(enterprise.id, tx).add(member, password: password, by: .commandLine(at: tx.startedAt))
                    guard person.role != .reader else { continue }
                    own[person.email] = try TokenStore(enterprise, tx).make(
                        "demonstration", role: person.role, for: .month, of: member.id, by: .commandLine(at: tx.startedAt))
                }
                return own
            }
            tokens.merge(made) { $1 }
            tokens[company.slug] = company.people.first { $0.role == .administrator }.flatMap { made[$0.email] }
        }
        await database.close()
        return tokens
    }
}
