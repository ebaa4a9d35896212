// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Entente
import Foundation
import Logging
import Storage
import Web

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve the enterprises of one database.")

    @Option var database: String
    @Option var listen = "127.0.0.1:8080"
    @Option var origin: String
    @Flag var allowPrivatePeers = false

    func run() async throws {
        let database = try await Database.open(Location(parsing: database))
        try await database.migrate(Node.migrations)
        guard let origin = PublicOrigin(origin) else { throw ValidationError("origin") }
        var site = SiteConfiguration(origin: origin)
        let parts = listen.split(separator: ":")
        site.host = String(parts[0])
        site.port = Int(parts[1]) ?? 8080
        var configuration = NodeConfiguration(site: site, logger: Logger(label: "entente"))
        configuration.allowsPrivatePeers = allowPrivatePeers
        try await Node(configuration, database: database).run()
        await database.close()
    }
}
