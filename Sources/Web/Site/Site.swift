// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Storage

/// The web site and API of a node. It takes only actions: no other code can reach the router.
package final class Site: Service {
    let configuration: SiteConfiguration
    let database: Database
    let templates: Templates
    let assets: Assets
    let services: Services
    let live: Live
    let logger: Logger
    let metrics: SiteMetrics
    let limiter = RateLimiter()
    let streams: PlaceLimit
    private let requests: PlaceLimit
    let flash: Flash
    let securityHeaders: SecurityHeaders
    let listening = Listening()
    private let table: RouteTable<Endpoint>
    private let endpoints: [Endpoint]
    private let memory: BodyBudget
    private let disk: BodyBudget
    let readiness: Readiness

    /// - Throws: where two actions have one route.
    package init(
        _ configuration: SiteConfiguration, database: Database, templates: Templates, assets: Assets, live: Live,
        services: Services = Services(), parts: [SitePart], logger: Logger = Logger(label: "entente.web")
    ) throws {
        self.configuration = configuration
        self.database = database
        self.templates = templates
        self.assets = assets
        self.live = live
        self.services = services
        self.logger = logger
        metrics = SiteMetrics()
        self.streams = PlaceLimit(
            total: configuration.maxStreams, perClient: configuration.maxStreamsPerClient, label: "entente_streams_open",
            refusal: .tooManyStreams)
        self.requests = PlaceLimit(
            perClient: configuration.maxRequestsPerClient, label: "entente_requests_under_way", refusal: .overloaded)
        flash = Flash(secret: configuration.secret)
        securityHeaders = SecurityHeaders(isHTTPS: configuration.origin.isHTTPS)
        memory = BodyBudget(limit: configuration.bodyBudget)
        disk = BodyBudget(limit: configuration.uploadBudget)
        readiness = Readiness(database, logger: logger)
        endpoints = Endpoint.builtIn + parts.flatMap(\.endpoints)
        table = try RouteTable(endpoints.map { ($0.route, $0) })
    }

    package var origin: PublicOrigin { configuration.origin }

    /// Every route there is, for a test that walks them all.
    package var routes: [Route] { endpoints.map(\.route) }

    /// The API description as served at `/api/openapi.json`.
    package var openAPI: [UInt8] { OpenAPI.document(endpoints.compactMap(\.description), origin: configuration.origin) }

    /// Operations and the types of their outputs that the description tells only in part; a test wants none.
    package var undescribed: [String] {
        endpoints.compactMap(\.description).filter { !$0.undescribed.isEmpty }
            .map { "\($0.id): \($0.undescribed.sorted().joined(separator: ", "))" }
    }

    /// Answers one request. Nothing escapes from here: every error has become an answer.
    func respond(to request: Request, peer: String, channel: (any Channel)?) async -> Answer {
        let start = ContinuousClock.now
        metrics.begin()
        var visit = Visit(
            method: request.method.rawValue, target: request.head.path ?? "/", headers: request.headers,
            address: clientAddress(peer: peer, request.headers), now: .now)
        var endpoint: Endpoint?
        var answer: Answer
        let client = RateLimiter.client(visit.address)
        let held = BudgetShare(of: memory, for: client)
        var unread = request.announcesBody ? request.body : nil
        var place: PlaceLimit.Place?
        defer { place?.leave() }
        do {
            place = try requests.enter(client)
            let (found, parameters) = try find(&visit)
            endpoint = found
            visit.path = parameters
            visit.isForPrograms = !found.negotiates
            visit.feature = found.feature
            try await admit(visit, found)
            var handling = Handling(site: self, visit: visit, body: .none, request: request, channel: channel)
            let limit = found.bodyLimit ?? configuration.bodyLimit
            if !visit.isSafe {
                if let announced = request.headers[.contentLength].flatMap({ Int($0) }), announced > limit {
                    throw TooLarge(limit: limit)
                }
                if let refusal = try await found.refuse?(handling) { throw Refused(answer: refusal) }
                unread = nil
                let limits = BodyLimits(
                    total: limit, texts: configuration.bodyLimit, memory: held, disk: BudgetShare(of: disk, for: client))
                handling.body = try await receive(request, found, limits, channel)
                // What happens from here on happens now, however long the body took.
                visit.now = .now
                handling.visit.now = visit.now
            }
            answer = try await found.run(handling)
            try hold(answer, held)
        } catch let refused as Refused {
            answer = refused.answer
        } catch {
            answer = await self.answer(to: error, visit)
        }
        answer.held = held
        answer.unread = unread
        securityHeaders.apply(to: &answer.headers)
        revalidate(&answer, visit)
        metrics.end(endpoint?.route, status: answer.status, after: ContinuousClock.now - start)
        return answer
    }

    /// The answer of an action that did not want to read the body.
    private struct Refused: Error {
        let answer: Answer
    }

    /// A large answer counts as long as it is being sent.
    private func hold(_ answer: Answer, _ share: BudgetShare) throws {
        guard case .bytes(let bytes) = answer.body, bytes.readableBytes > Sending.large else { return }
        try share.grow(to: bytes.readableBytes)
    }

    private func find(_ visit: inout Visit) throws -> (Endpoint, [String: String]) {
        guard visit.target.utf8.count <= 8192 else { throw RequestRefusal.lengthOfTarget }
        let parts = visit.target.utf8.split(
            separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        let rawPath = parts.first ?? "".utf8[...]
        guard rawPath.first == UInt8(ascii: "/") else { throw Refusal.notFound }
        let segments = try rawPath.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { try PercentEncoding.decode($0) }
        let isRoot = segments == [""]
        guard isRoot || segments.allSatisfy({ !$0.isEmpty && $0.unicodeScalars.allSatisfy { $0.value >= 32 } }) else {
            throw Refusal.notFound
        }
        switch table.match(method: visit.method, segments: isRoot ? [] : segments) {
        case .nowhere: throw Refusal.notFound
        case .otherMethods(let methods): throw RequestRefusal.methodNotAllowed(methods)
        case .found(let endpoint, let path):
            if parts.count > 1 { visit.query = try Fields(urlEncoded: parts[1]) }
            return (endpoint, path)
        }
    }

    /// Bytes that bodies and large answers hold in memory.
    var memoryTaken: Int { memory.count }

    /// What is checked before a body is read.
    private func admit(_ visit: Visit, _ endpoint: Endpoint) async throws {
        if endpoint.checksOrigin, !visit.isSafe { try OriginCheck(configuration.origin).check(visit) }
        if endpoint.negotiates, !visit.isAcceptable { throw RequestRefusal.notAcceptable }
        guard let limit = endpoint.limit else { return }
        let name = "\(endpoint.route) \(RateLimiter.client(visit.address))"
        try limiter.take(limit, name)
        guard limit.isShared else { return }
        do { try await SharedLimits.take([(limit, name)], database) } catch is StorageError where visit.format == .page {
            // The action will meet it too; then there is something to show again of what was typed.
        }
    }

    /// `304` where the browser has this very content.
    private func revalidate(_ answer: inout Answer, _ visit: Visit) {
        guard answer.status == 200, visit.isSafe, let tag = answer.headers[.eTag],
            let known = visit.headers[.ifNoneMatch],
            known == "*" || known.split(separator: ",").contains(where: { $0.trimmed.replacing("W/", with: "") == tag })
        else { return }
        answer.status = 304
        answer.body = .bytes(ByteBuffer())
        answer.headers[.contentType] = nil
    }

    /// The last address that no trusted proxy vouches for.
    private func clientAddress(peer: String, _ headers: HTTPFields) -> String {
        guard !configuration.trustedProxies.isEmpty else { return peer }
        let isTrusted = { (address: String) in self.configuration.trustedProxies.contains { $0.contains(address) } }
        var client = peer
        for hop in headers[values: .xForwardedFor].flatMap({ $0.split(separator: ",") }).reversed() {
            guard isTrusted(client) else { break }
            client = hop.trimmed
        }
        return client
    }
}
