// SPDX-License-Identifier: Apache-2.0
import Foundation
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

@testable import Collaboration
@testable import Entente
@testable import Office

extension Kernel {
    /// A kernel with what every node has, and these kinds of case.
    init(kinds: Kinds, host: String, announce: @escaping @Sendable (Live.Topic) -> Void) {
        self.init(Features.base, host: host, announce: announce)
        self.kinds = kinds
        doors = kinds.all.compactMap { $0.door }
    }
}

/// A company's site, with people before it.
struct Counter {
    let site: Site
    let company: Company

    init(_ company: Company) throws {
        self.company = company
        var services = Services()
        services.kernel = company.kernel
        services.exchange = company.node
        let origin = "https://\(company.kernel.host)"
        site = try Site(
            SiteConfiguration(origin: try #require(PublicOrigin(origin))), database: company.database,
            templates: Templates(ProgramFiles.ofSourceTree.get().merging(ProgramFiles(folder: Self.panels()))),
            assets: Assets(.ofSourceTree.get()), live: Live(database: company.database, sources: []), services: services,
            actions: Features.base.actions, rawActions: [], streams: Features.base.streams)
    }

    /// The panel that a kind of case brings.
    private static func panels() throws -> URL {
        let folder = try TestFolder.make()
        try Data().write(to: folder.appending(path: "enquiry-panel.mustache"))
        return folder
    }

    /// A program of a member of this role.
    func program(_ role: Member.Role, label: String = "a program") async throws -> APIClient {
        let enterprise = company.enterprise
        let token = try await company.database.write { tx in
            let member = Member(email: "\(ID<Member>())@\(enterprise.slug).example", name: "Bo Baker", role: role)
            try MemberStore(enterprise.id, tx).add(member, password: nil)
            return try TokenStore(enterprise, tx).make(label, role: role, by: member.id, at: .now)
        }
        return APIClient(site, token: token)
    }

    func member(_ role: Member.Role) async throws -> Browser {
        let enterprise = company.enterprise
        let token = try await company.database.write { tx in
            let member = Member(email: "\(role)@\(enterprise.slug).example", name: "Bo Baker", role: role)
            try MemberStore(enterprise.id, tx).add(member, password: nil)
            return try SessionStore(enterprise.id, tx).start(member.id, device: "a test", at: .now)
        }
        let browser = Browser(site)
        browser.keep("__Host-\(StaffCaller.cookie(of: enterprise.slug))", token.text)
        return browser
    }
}
