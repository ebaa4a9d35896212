// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Foundation
import Networking
import Office
import SiteTesting
import Storage
import StorageTesting
import Web

/// A company's site, with people before it.
package struct Counter: Sendable {
    package let site: Site
    package let company: Company

    package init(_ company: Company) throws {
        self.company = company
        var services = Services()
        services.kernel = company.kernel
        services.exchange = company.node
        let address = "https://\(company.kernel.host)"
        guard let origin = PublicOrigin(address) else { throw NoOrigin(address: address) }
        site = try Site(
            SiteConfiguration(origin: origin), database: company.database,
            templates: Templates(ProgramFiles.ofSourceTree.get().merging(ProgramFiles(folder: Self.panels()))),
            assets: Assets(.ofSourceTree.get()), live: Live(database: company.database, sources: []), services: services,
            actions: company.features.actions, rawActions: [], streams: company.features.streams)
    }

    /// The panel that a kind of case brings.
    private static func panels() throws -> URL {
        let folder = try TestFolder.make()
        try Data().write(to: folder.appending(path: "enquiry-panel.mustache"))
        return folder
    }

    /// A program of a member of this role.
    package func program(_ role: Member.Role, label: String = "a program") async throws -> APIClient {
        let enterprise = company.enterprise
        let token = try await company.database.write { tx in
            let member = Member(email: "\(ID<Member>())@\(enterprise.slug).example", name: "Bo Baker", role: role)
            try MemberStore(enterprise.id, tx).add(member, password: nil)
            return try TokenStore(enterprise, tx).make(label, role: role, by: member.id, at: .now)
        }
        return APIClient(site, token: token)
    }

    package func member(_ role: Member.Role) async throws -> Browser {
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

private struct NoOrigin: Error {
    let address: String
}
