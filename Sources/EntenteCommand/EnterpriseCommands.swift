// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Collaboration
import Entente
import Office
import Storage
import Web

struct EnterpriseCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enterprise", abstract: "The companies of this node.", subcommands: [AddEnterprise.self])
}

struct AddEnterprise: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Let a company live on this node.",
        discussion: "Add its administrator next: entente member add --enterprise SLUG --role administrator …")

    @OptionGroup var common: CommonOptions

    @Option(help: "The company's name, such as “Dekker Fietsen”.")
    var name: String

    @Option(help: "Its short name in addresses: small letters, digits, hyphens.")
    var slug: String

    @Option(help: "Where it is, such as “Utrecht”.")
    var place = ""

    @Option(help: "Its colour, 1 to 12, the same at every company that sees it.")
    var colour = 1

    @Option(help: "Time zone of its pages, such as Europe/Brussels. Default: that of the node, or UTC.")
    var timeZone: String?

    func run() async throws {
        let draft = try EnterpriseDraft(name: name, slug: slug, colour: colour, place: place)
        let timeZone = try await common.settings(timeZone.map { ["timeZone": .string($0)] } ?? [:]).timeZone
        let enterprise = try await common.withDatabase { database in
            try await database.write { tx in 
                try draft.create(
                    Features.kernel(host: ""), tx, timeZone: timeZone, by: .commandLine(at: tx.startedAt))
            }
        }
        print("\(enterprise.name) lives at /\(enterprise.slug).")
    }
}

extension EnterpriseStore {
    /// Throws a sentence for the command line where there is no such enterprise.
    func require(_ slug: String) throws -> Enterprise {
        if let enterprise = try find(slug: slug) { return enterprise }
        let known = try all().map(\.slug).joined(separator: ", ")
        throw ValidationError(
            "There is no enterprise “\(slug)” here. \(known.isEmpty ? "There is none yet." : "There are: \(known).")")
    }
}
