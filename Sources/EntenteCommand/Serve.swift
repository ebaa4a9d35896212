// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CMalloc
import Collaboration
import Configuration
import Entente
import Office
import Storage
import Web

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the companies of one database.",
        discussion: """
            Prepares the database if need be, then serves until it is told to stop (SIGTERM or Ctrl-C). A new node \
            prints the address at which its first company is set up. Any number of processes may serve one PostgreSQL \
            database.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "Address and port to listen on. Default: 127.0.0.1:8080.")
    var listen: String?

    @Option(
        help: "The address that people open, such as https://crm.example.org. Default: http://localhost and the port.")
    var origin: String?

    @Option(
        name: .customLong("trusted-proxy"),
        help: "A proxy whose X-Forwarded-For is believed, as an address or a block; may be repeated.")
    var trustedProxies: [String] = []

    @Option(
        help: "Time zone of visitors, and of the company that is set up first, such as Europe/Brussels. Default: UTC.")
    var timeZone: String?

    @Flag(help: "Let linked companies' systems be in private networks and on this machine.")
    var allowPrivatePeers = false

    @Option(
        help: ArgumentHelp(
            "Linked companies cannot reach this node: ask them every so many seconds what waits.", valueName: "seconds"))
    var pullEvery: Int?

    @Option(help: ArgumentHelp("The most pages that are kept up to date as they are open. Default: 10000.", valueName: "number"))
    var maxLivePages: Int?

    @Option(help: ArgumentHelp("A source tree whose pages and styles reload when they change.", valueName: "folder"))
    var dev: String?

    func run() async throws {
        keepFreedMemory()
        let settings = try await common.settings(flags)
        let logger = try settings.logger
        var configuration = NodeConfiguration(site: try settings.site, files: try .ofProgram(), logger: logger)
        let connections = OpenFiles.raiseLimit() - OpenFiles.reserve
        configuration.site.maxConnections = max(min(configuration.site.maxConnections, connections), 1)
        configuration.allowsPrivatePeers = try settings.allowsPrivatePeers
        configuration.pullInterval = try settings.pullInterval
        configuration.developmentFolder = settings.developmentFolder
        MetricsRegistry.install()
        let database = try await settings.openDatabase()
        let node = try Node(configuration, database: database)
        let isEmpty = try await database.read { tx in try EnterpriseStore(tx).all().isEmpty }
        let origin = configuration.site.origin
        let firstRun = "\(origin)/first-run?key=\(Services().setUp.code)"
        let invitation = "Nobody lives here yet. Set up the first company at\n\n    \(firstRun)\n"
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await node.run() }
            // Only who listens serves: the port may be taken.
            do {
                _ = try await node.site.port
                Entente.say(isEmpty ? invitation : "Serving \(origin)")
            } catch is CancellationError {
                // It ended before it listened; the task tells why.
            }
            try await group.waitForAll()
        }
        await database.close()
    }

    private var flags: [String: ConfigContent] {
        var values: [String: ConfigContent] = [:]
        values["listen"] = listen.map { .string($0) }
        values["origin"] = origin.map { .string($0) }
        values["timeZone"] = timeZone.map { .string($0) }
        values["dev"] = dev.map { .string($0) }
        values["pullEvery"] = pullEvery.map { .int($0) }
        values["maxLivePages"] = maxLivePages.map { .int($0) }
        if !trustedProxies.isEmpty { values["trustedProxies"] = .stringArray(trustedProxies) }
        if allowPrivatePeers { values["allowPrivatePeers"] = .bool(true) }
        return values
    }
}
