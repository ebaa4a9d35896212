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

@testable import Settings

@Suite("What an enterprise can do without")
struct SwitchFeaturesTests {
    private struct On: Encodable { let on: [String] }

    private struct ByHand: Encodable {
        let kind: String
        var subject = "A battery"
        var text = "Is it certified?"
        var name = "Lotte Canary"
    }

    /// A company with an administrator's program and a reader's.
    private struct House {
        let site: Site
        let administrator: APIClient
        let reader: APIClient

        init(_ engine: Engine) async throws {
            let database = try await TestDatabase.make(engine, migrations: Node.migrations)
            var logger = Logger(label: "test")
            logger.logLevel = .error
            let origin = try #require(PublicOrigin("https://velora.example"))
            site = try Node(
                NodeConfiguration(site: SiteConfiguration(origin: origin), files: .ofSourceTree.get(), logger: logger),
                database: database
            ).site
            let tokens = try await database.write { tx in
                let enterprise = try EnterpriseDraft(name: "Velora", slug: "velora", colour: 2, place: "Ghent")
                    .create(Features.kernel(host: "velora.example"), tx, by: .commandLine(at: tx.startedAt))
                return try [Member.Role.administrator, .reader].map { role in
                    let member = Member(email: "\(role)@velora.example", name: "Bo Baker", role: role)
                    try MemberStore(enterprise.id, tx).add(member, password: nil)
                    return try TokenStore(enterprise, tx).make("a program", role: role, by: member.id, at: .now)
                }
            }
            administrator = APIClient(site, token: tokens[0])
            reader = APIClient(site, token: tokens[1])
        }

        func feature(_ name: String) async throws -> FeatureView {
            let settings = try await administrator.get("/velora/settings", as: SettingsView.self)
            return try #require(settings.features.first { $0.name == name })
        }

        func use(_ features: [String]) async throws -> Int {
            try await administrator.post("/velora/settings/features", On(on: features)).status
        }
    }

    @Test("switched off, it leaves no route, no door and no new case, and all that there was stays", arguments: Engine.allCases)
    func off(engine: Engine) async throws {
        let house = try await House(engine)
        let browser = Browser(house.site)
        #expect(try await house.feature("enquiries").isOn)
        let opened = try await house.administrator.post("/velora/cases", ByHand(kind: "enquiry"))
        #expect(opened.status == 201)
        let item = try #require(opened.headers["Location"])
        #expect(try await house.use(["incidents"]) / 100 == 2)
        let (enquiries, incidents) = (try await house.feature("enquiries"), try await house.feature("incidents"))
        #expect(!enquiries.isOn && enquiries.openWork == 1 && incidents.isOn)
        #expect(try await browser.get("/velora/ask").status == 404)
        #expect(try await browser.post("/velora/ask", [("question", "Is it?")]).status == 404)
        #expect(try await browser.get("/velora/report").status == 200)
        let front = try await browser.get("/velora").text
        #expect(!front.contains("/velora/ask") && front.contains("/velora/report"))
        #expect(try await house.administrator.post("/velora/cases", ByHand(kind: "enquiry")).status == 422)
        #expect(!(try await house.administrator.get("/velora/cases/new").text.contains("enquiry")))
        #expect(try await house.administrator.get(item).status == 200)
        #expect(try await house.administrator.post("\(item)/presence", ["doing": "viewing"]).status == 404)
        #expect(try await house.use(["incidents", "enquiries", "presence"]) / 100 == 2)
        #expect(try await browser.get("/velora/ask").status == 200)
        #expect(try await house.administrator.post("\(item)/presence", ["doing": "viewing"]).status / 100 == 2)
    }

    @Test("open work of it can be finished, with the verbs of its own", arguments: Engine.allCases)
    func finished(engine: Engine) async throws {
        let house = try await House(engine)
        let opened = try await house.administrator.post("/velora/cases", ByHand(kind: "incident"))
        let item = try #require(opened.headers["Location"])
        #expect(try await house.use([]) / 100 == 2)
        #expect(try await Browser(house.site).get("/velora/report").status == 404)
        let resolved = try await house.administrator.post(
            "\(item)/resolution", ["severity": "minor", "resolution": "A new fuse."])
        #expect(resolved.status / 100 == 2)
        #expect(try await house.administrator.get(item).text.contains("A new fuse."))
    }

    @Test("only who manages the settings switches, and only what there is")
    func refused() async throws {
        let house = try await House(.sqlite)
        #expect(try await house.reader.post("/velora/settings/features", On(on: [])).status == 403)
        #expect(try await house.use(["made-up"]) == 422)
        // To say nothing is not to say that nothing is on.
        #expect(try await house.administrator.post("/velora/settings/features", [String: String]()).status == 422)
        #expect(try await house.feature("presence").isOn)
    }
}
