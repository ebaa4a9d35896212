// SPDX-License-Identifier: Apache-2.0
import Entente
import Foundation
import Logging
import Office
import SiteTesting
import Storage
import StorageTesting
import Testing
import Web

/// A company with three people, each in a browser and with a program, and all that follows its log.
struct Newsroom {
    let site: Site
    let database: Database
    let kernel: Kernel
    let enterprise: Enterprise
    let people: [Member]
    private let subscribing: Subscribing
    private let browsers: [Browser]
    private let programs: [APIClient]

    /// Browsers.
    var ines: Browser { browsers[0] }
    var tom: Browser { browsers[1] }
    var noor: Browser { browsers[2] }
    /// Programs.
    var administrator: APIClient { programs[0] }
    var service: APIClient { programs[1] }
    var reader: APIClient { programs[2] }

    init(_ engine: Engine) async throws {
        database = try await TestDatabase.make(engine, migrations: Node.migrations)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let node = try Node(
            NodeConfiguration(
                site: SiteConfiguration(origin: try #require(PublicOrigin("https://velora.example"))), files: .ofSourceTree.get(),
                logger: logger),
            database: database)
        let (site, kernel) = (node.site, node.kernel)
        (self.site, self.kernel) = (site, kernel)
        subscribing = Subscribing(kernel, database, logger: logger)
        let people = [
            Member(email: "ines@velora.example", name: "Inès Martin", role: .administrator),
            Member(email: "tom@velora.example", name: "Tom Baert", role: .service),
            Member(email: "noor@velora.example", name: "Noor Haddad", role: .reader),
        ]
        self.people = people
        let made = try await database.write { tx in
            let enterprise = try EnterpriseDraft(name: "Velora", slug: "velora", colour: 2, place: "Ghent").create(
                kernel, tx, by: .commandLine(at: tx.startedAt))
            let keys = try people.map { member in
                try MemberStore(enterprise.id, tx).add(member, password: nil)
                return (
                    try SessionStore(enterprise.id, tx).start(member.id, device: "a test", at: .now).text,
                    try TokenStore(enterprise, tx).make("a program", role: member.role, by: member.id, at: .now)
                )
            }
            return (enterprise, keys)
        }
        enterprise = made.0
        browsers = made.1.map { key in
            let browser = Browser(site)
            browser.keep("__Host-\(StaffCaller.cookie(of: "velora"))", key.0)
            return browser
        }
        programs = made.1.map { APIClient(site, token: $0.1) }
        try await follow()
    }

    /// Lets all who follow the log do so.
    func follow() async throws { try await subscribing.drain() }

    private struct ByHand: Encodable {
        let kind = "enquiry"
        let subject: String
        let text = "Is it certified?"
        let name: String
    }

    /// Opens a case by Tom's hand, and gives its address.
    func open(_ subject: String = "A battery", of name: String = "Lotte Canary") async throws -> String {
        let opened = try await service.post("/velora/cases", ByHand(subject: subject, name: name))
        return try #require(opened.headers["Location"])
    }

    func say(_ text: String, at item: String, as program: APIClient? = nil) async throws {
        struct Note: Encodable { let text: String }
        let answer = try await (program ?? service).post("\(item)/messages", Note(text: text))
        try #require(answer.status == 201)
        try await follow()
    }

    func give(_ item: String, to person: Int, as program: APIClient? = nil) async throws {
        struct Owner: Encodable { let owner: String }
        let answer = try await (program ?? service).post("\(item)/triage", Owner(owner: "\(people[person].id)"))
        try #require(answer.status == 200)
        try await follow()
    }
}
