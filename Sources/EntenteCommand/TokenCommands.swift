// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Collaboration
import Office
import Storage

struct TokenCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "What lets programs use the API.", subcommands: [CreateToken.self])
}

struct CreateToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an API token, and print it once.",
        discussion: "Send it as: Authorization: Bearer TOKEN. What it can do is described at /api/openapi.json.")

    @OptionGroup var common: CommonOptions

    @Option(help: "The company's short name.")
    var enterprise: String

    @Option(help: "What it is for, such as “Warehouse”.")
    var label: String

    @Option(help: "It may do what this role may: administrator, sales, service, marketing, finance or reader.")
    var role: Member.Role = .reader

    @Option(help: "How long it works: month, quarter, year or never.")
    var lifetime: TokenLifetime = .year

    @Option(help: "The e-mail address of the member who answers for it; it ends when they leave.")
    var member: String

    func run() async throws {
        let (slug, label, role, email, lifetime) = (enterprise, label, role, member, lifetime)
        let token = try await common.withDatabase { database in
            try await database.write { tx in
                let enterprise = try EnterpriseStore(tx).require(slug)
                guard let member = try MemberStore(enterprise.id, tx).find(email: email) else {
                    throw ValidationError("Nobody at \(enterprise.name) has the address \(email).")
                }
                return try TokenStore(enterprise, tx).make(
                    label, role: role, for: lifetime, of: member.id, by: .commandLine(at: tx.startedAt))
            }
        }
        print(token)
    }
}

extension TokenLifetime: ExpressibleByArgument {}
