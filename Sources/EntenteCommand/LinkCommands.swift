// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Collaboration
import Entente
import Exchange
import Networking
import Office
import Partners
import Storage
import Web

struct LinkCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Companies whose systems work with this one.", subcommands: [InviteLink.self])
}

struct InviteLink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Make an invitation, and print its address once.",
        discussion: """
            Send the address to the other company by a way you trust. They open it in their own system within seven days; \
            then both compare the code under Partners.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "The company's short name.")
    var enterprise: String

    @Option(help: "Whom you invite, for your own list.")
    var label: String

    @Option(help: "What they are to you: partner, supplier or customer.")
    var role: Role = .partner

    @Option(
        help: """
            The address that people open, such as https://crm.example.org: the one that `serve` has. Needed unless \
            ENTENTE_ORIGIN or the file of settings says it.
            """)
    var origin: String?

    func run() async throws {
        let settings = try await common.settings(origin.map { ["origin": .string($0)] } ?? [:])
        let origin = try settings.statedOrigin
        let (slug, label, role) = (enterprise, label, role)
        guard let address = Address(host: origin.authority, slug: slug) else {
            throw BadConfiguration(description: "\(origin)/\(slug) is no address that another company could reach.")
        }
        let url = try await common.withDatabase { database in
            try await database.write { tx in
                let enterprise = try EnterpriseStore(tx).require(slug)
                let (_, invitation) = try InvitationStore(enterprise.id, tx).invite(
                    label, as: role, kinds: Features.kernel(host: origin.authority).kinds.offered(by: enterprise).map { $0.name }, from: address, at: tx.startedAt)
                return invitation.url(allowingPlainLoopback: !origin.isHTTPS)
            }
        }
        print(url)
    }
}

extension Role: ExpressibleByArgument {}
