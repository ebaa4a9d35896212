// SPDX-License-Identifier: Apache-2.0
import Configuration
import Foundation
import Logging
import Storage
import Testing

@testable import EntenteCommand

@Suite("Settings")
struct SettingsTests {
    private func settings(
        _ flags: [String: ConfigContent] = [:], _ environment: [String: String] = [:], file: String? = nil
    ) async throws -> Settings {
        guard let file else { return try await Settings(flags: flags, environment: environment, file: nil) }
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try file.write(to: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: path) }
        return try await Settings(flags: flags, environment: environment, file: path.path)
    }

    @Test("a flag wins over the environment, and that over the file")
    func order() async throws {
        let file = #"{"database": "sqlite:file.sqlite", "listen": "127.0.0.1:1", "logLevel": "debug"}"#
        let environment = ["ENTENTE_LISTEN": "127.0.0.1:2", "ENTENTE_LOG_LEVEL": "error"]
        let settings = try await settings(["logLevel": .string("info")], environment, file: file)
        #expect(try settings.database == .sqlite(path: "file.sqlite"))
        #expect(try settings.site.port == 2)
        #expect(try settings.logger.logLevel == .info)
    }

    @Test("what is not said has a sensible default")
    func defaults() async throws {
        let settings = try await settings()
        #expect(try settings.database == .sqlite(path: "entente.sqlite"))
        #expect(try settings.site.origin.url == "http://localhost:8080")
        #expect(try settings.site.trustedProxies.isEmpty)
        #expect(try !settings.allowsPrivatePeers)
        #expect(try settings.pullInterval == nil)
        #expect(settings.developmentFolder == nil)
    }

    @Test("a command beside the server takes the origin from who said it, and makes none up")
    func statedOrigin() async throws {
        #expect(try await settings([:], ["ENTENTE_ORIGIN": "https://crm.example.org"]).statedOrigin.url == "https://crm.example.org")
        await #expect(throws: BadConfiguration.self) { try await settings(["listen": .string("127.0.0.1:9")]).statedOrigin }
        await #expect(throws: BadConfiguration.self) { try await settings(["origin": .string("nowhere")]).statedOrigin }
    }

    @Test("the time zone is UTC until somebody says another")
    func timeZone() async throws {
        #expect(try await settings().timeZone == "UTC")
        #expect(try await settings().site.timeZone == "UTC")
        #expect(try await settings(file: #"{"timeZone": "Europe/Lisbon"}"#).site.timeZone == "Europe/Lisbon")
        await #expect(throws: BadConfiguration.self) { try await settings([:], ["ENTENTE_TIME_ZONE": "Mars/X"]).timeZone }
    }

    @Test("lists and switches come from anywhere")
    func kinds() async throws {
        let environment = ["ENTENTE_TRUSTED_PROXIES": "10.0.0.1, fd00::/8", "ENTENTE_ALLOW_PRIVATE_PEERS": "true"]
        #expect(try await settings([:], environment).site.trustedProxies.count == 2)
        #expect(try await settings([:], environment).allowsPrivatePeers)
        let file = #"{"trustedProxies": ["10.0.0.1"], "allowPrivatePeers": true}"#
        #expect(try await settings(file: file).site.trustedProxies.count == 1)
        #expect(try await settings(file: file).allowsPrivatePeers)
    }

    @Test("a node that cannot be reached is told how often to ask")
    func pulling() async throws {
        #expect(try await settings(["pullEvery": .int(5)]).pullInterval == 5)
        #expect(try await settings([:], ["ENTENTE_PULL_EVERY": "7"]).pullInterval == 7)
        #expect(try await settings(file: #"{"pullEvery": 9}"#).pullInterval == 9)
        for bad in ["0", "-1", "4000", "often"] {
            await #expect(throws: BadConfiguration.self) { try await settings([:], ["ENTENTE_PULL_EVERY": bad]).pullInterval }
        }
    }

    @Test(
        "bad configuration is told in one sentence that names it",
        arguments: [
            ("LISTEN", "nonsense"), ("LISTEN", "127.0.0.1:99999"), ("LISTEN", "0.0.0.0:80"),
            ("ORIGIN", "crm.example.org"),
            ("ORIGIN", "https://crm.example.org/path"), ("ORIGIN", "http://crm.example.org"),
            ("TRUSTED_PROXIES", "10.0.0.1,proxy"), ("TIME_ZONE", "Mars/Base"),
        ])
    func bad(name: String, value: String) async throws {
        let settings = try await settings([:], ["ENTENTE_\(name)": value])
        let error = #expect(throws: BadConfiguration.self) { try settings.site }
        #expect(error?.description.hasSuffix(".") == true)
    }

    @Test("a log level, a switch, a database or a file that makes no sense is told too")
    func others() async throws {
        await #expect(throws: BadConfiguration.self) { try await settings(["logLevel": .string("loud")]).logger }
        let environment = ["ENTENTE_ALLOW_PRIVATE_PEERS": "maybe"]
        await #expect(throws: BadConfiguration.self) { try await settings([:], environment).allowsPrivatePeers }
        await #expect(throws: StorageError.self) { try await settings(["database": .string("mysql://x")]).database }
        await #expect(throws: BadConfiguration.self) { try await settings(file: "{") }
    }
}
