// SPDX-License-Identifier: Apache-2.0
import Collaboration
import struct Foundation.URL
import Logging
import Networking
import Office
import ServiceLifecycle
import Storage
import Web

/// How one process of a node runs.
package struct NodeConfiguration: Sendable {
    package var site: SiteConfiguration
    /// Whether peers in private networks may be called.
    package var allowsPrivatePeers = false
    /// Seconds after which linked companies are asked again what waits here; `nil` where they can reach this node.
    package var pullInterval: Int?
    /// Pages and assets.
    package var files: ProgramFiles
    /// The source tree from which pages and assets are reloaded when they change; `nil` uses ``files``.
    package var developmentFolder: URL?
    package var logger: Logger

    package init(site: SiteConfiguration, files: ProgramFiles, logger: Logger) {
        self.site = site
        self.files = files
        self.logger = logger
    }
}

/// One process of a node: its site, its part in the exchange, and its jobs, on one database.
package struct Node: Sendable {
    package static var migrations: [Migration] { Features.all.migrations }

    package let site: Site
    package let kernel: Kernel
    private let services: [any Service]
    private let logger: Logger

    /// - Parameter database: migrated already.
    package init(_ configuration: NodeConfiguration, database: Database) throws {
        logger = configuration.logger
        let live = Live(database: database, sources: Features.all.liveSources)
        let kernel = Kernel(Features.all, host: configuration.site.origin.authority) { live.publish($0) }
        self.kernel = kernel
        var policy = OutboundClient.Policy()
        policy.allowsPrivatePeers = configuration.allowsPrivatePeers
        policy.allowsPlainLoopback = configuration.allowsPrivatePeers
        let client = OutboundClient(policy)
        let exchange = ExchangeNode(
            database: database, origin: configuration.site.origin.url,
            allowsPlainLoopback: configuration.allowsPrivatePeers,
            handlers: InboundHandlers(Features.all, kernel),
            transport: client, attachments: GrantedAttachments(kernel), logger: logger,
            pullInterval: configuration.pullInterval)
        var services = Services()
        services.kernel = kernel
        services.exchange = exchange
        services.hasFeature = { request, tx in
            try EnterpriseStore(tx).find(slug: request.path["enterprise"] ?? "")?.has(request.feature) ?? true
        }
        let templates = try Self.templates(configuration)
        try Features.all.check(templates: templates.names)
        try kernel.check(templates: templates.names)
        site = try Site(
            configuration.site, database: database, templates: templates,
            assets: try Self.assets(configuration), live: live, services: services,
            parts: Features.all.flatMap { $0.siteParts }, logger: logger)
        let works = Works(kernel, database, services, logger: logger)
        let jobs = JobRunner(
            database: database,
            sorts: kernel.jobs.map { job in
                JobSort(job.kind, maximumAttempts: job.maximumAttempts) { try await job.perform($0, works) }
            }, logger: logger)
        // They end in the reverse order, each when those after it have: open pages first, so that the site can end, and the
        // connections to other nodes last, when nobody calls any more.
        self.services = [Closing(client: client)] + Features.all.flatMap { $0.services(works) } + [jobs]
            + kernel.clocks.map { Clock($0, works, configuration.logger) } + [site, live]
    }

    /// Serves until SIGTERM or SIGINT, and then finishes what it has begun.
    package func run() async throws {
        try await ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
    }

    private static func templates(_ configuration: NodeConfiguration) throws -> Templates {
        guard let source = configuration.developmentFolder else { return try Templates(configuration.files) }
        return try Templates(folders: Templates.sourceFolders(below: source.appending(path: "Sources")), reloads: true)
    }

    private static func assets(_ configuration: NodeConfiguration) throws -> Assets {
        guard let source = configuration.developmentFolder else { return Assets(configuration.files) }
        return try Assets(sources: source.appending(path: "Sources"))
    }
}

/// Closes the connections to other nodes at the end.
private struct Closing: Service {
    let client: OutboundClient

    func run() async throws {
        try await gracefulShutdown()
        try await client.close()
    }
}
