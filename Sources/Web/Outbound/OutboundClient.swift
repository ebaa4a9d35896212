// SPDX-License-Identifier: Apache-2.0
import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Calls other companies' nodes: HTTPS only, no redirects, no private networks, bounded in size and time.
///
/// A host's name is resolved once and the connection is pinned to the address that was checked, so that a name cannot
/// point elsewhere between the check and the use.
package final class OutboundClient: Sendable {
    package struct Policy: Sendable {
        /// Private, link-local and loopback addresses, for nodes on one network.
        package var allowsPrivatePeers = false
        /// Plain HTTP to this machine, for a demo and for tests.
        package var allowsPlainLoopback = false
        package var timeout: Duration = .seconds(20)
        /// The largest response accepted, in bytes, where a call does not say.
        package var responseLimit = 4 << 20
        /// How long a resolved address is used before the name is looked up again.
        package var addressLifetime: Duration = .seconds(300)

        package init() {}
    }

    package struct Response: Sendable {
        package let status: Int
        package let headers: Headers
        package let body: [UInt8]
    }

    private struct Peer {
        let client: HTTPClient
        let resolved: ContinuousClock.Instant
    }

    private static let longestTimeout: Duration = .seconds(120)

    private let policy: Policy
    /// `nil` once it is closed.
    private let peers = Mutex<[String: Peer]?>([:])

    package init(_ policy: Policy = Policy()) { self.policy = policy }

    /// - Parameter timeout: for the whole answer; at most two minutes.
    package func get(
        _ url: String, headers: Headers = [:], limit: Int? = nil, timeout: Duration? = nil
    ) async throws -> Response {
        try await send("GET", url, headers, [], limit: limit, timeout: timeout)
    }

    /// - Parameter timeout: for the whole answer; at most two minutes.
    package func post(
        _ url: String, headers: Headers = [:], body: [UInt8], limit: Int? = nil, timeout: Duration? = nil
    ) async throws -> Response {
        try await send("POST", url, headers, body, limit: limit, timeout: timeout)
    }

    /// Closes all connections; call it once, at the end of the program.
    package func close() async throws {
        let clients = peers.withLock { peers in
            defer { peers = nil }
            return peers?.values.map(\.client) ?? []
        }
        for client in clients { try await client.shutdown() }
    }

    private func send(
        _ method: String, _ url: String, _ headers: Headers, _ body: [UInt8], limit: Int?, timeout: Duration?
    ) async throws -> Response {
        let target = try OutboundTarget(url, policy)
        let client = try await client(for: target)
        var request = HTTPClientRequest(url: url)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers.fields { request.headers.add(name: name, value: value) }
        if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
        do {
            let timeout = min(timeout ?? policy.timeout, Self.longestTimeout)
            let response = try await client.execute(request, deadline: .now() + TimeAmount(timeout))
            let collected = try await response.body.collect(upTo: limit ?? policy.responseLimit)
            return Response(
                status: Int(response.status.code), headers: Headers(response.headers.map { ($0.name, $0.value) }),
                body: Array(collected.readableBytesView))
        } catch is NIOTooManyBytesError {
            throw OutboundFailure.responseTooLarge(target.host)
        } catch let error as HTTPClientError {
            throw OutboundFailure.unreachable(target.host, error.shortDescription)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw OutboundFailure.unreachable(target.host, "\(error)")
        }
    }

    /// The client that is pinned to a peer's checked address.
    private func client(for target: OutboundTarget) async throws -> HTTPClient {
        if let peer = peers.withLock({ $0?[target.key] }), ContinuousClock.now - peer.resolved < policy.addressLifetime {
            return peer.client
        }
        let address = try await target.resolve(policy)
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .init(policy.timeout)))
        configuration.dnsOverride = [target.host: address]
        configuration.httpVersion = .http1Only
        configuration.http1_1ConnectionDebugInitializer = { PlausibleStatus.add(to: $0) }
        configuration.connectionPool.idleTimeout = .seconds(60)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let (old, isClosed) = peers.withLock { peers in
            let old = peers?.updateValue(Peer(client: client, resolved: .now), forKey: target.key)
            return (old, peers == nil)
        }
        if let old { retire(old.client) }
        guard !isClosed else {
            try await client.shutdown()
            throw OutboundFailure.unreachable(target.host, "this node is being stopped")
        }
        return client
    }

    /// What is still under way on the old client may finish.
    private func retire(_ client: HTTPClient) {
        Task {
            try await Task.sleep(for: Self.longestTimeout)
            try await client.shutdown()
        }
    }
}

/// Why a call to another node did not come about.
package enum OutboundFailure: Error, CustomStringConvertible, Sendable, Equatable {
    case invalidURL(String)
    case plainHTTP(String)
    case privateAddress(String)
    case unknownHost(String)
    case responseTooLarge(String)
    case unreachable(String, String)

    package var description: String {
        switch self {
        case .invalidURL(let url): "“\(url)” is not the address of a node."
        case .plainHTTP(let host): "\(host) must be called over HTTPS."
        case .privateAddress(let host):
            "\(host) is on a private network, which this node may not call unless it is configured to."
        case .unknownHost(let host): "The name \(host) is not known."
        case .responseTooLarge(let host): "\(host) answered with more than is accepted."
        case .unreachable(let host, let reason): "\(host) cannot be reached: \(reason)"
        }
    }
}
