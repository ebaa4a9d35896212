// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import SiteTesting
import Storage
import Synchronization
import StorageTesting
import Testing

@testable import Web

/// Runs a site on a free port for as long as `body` takes.
func withServer<Value: Sendable>(
    _ site: Site, _ body: @Sendable @escaping (_ url: String) async throws -> Value
) async throws -> Value {
    let group = ServiceGroup(
        services: [site, site.live], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let value = try await body("http://127.0.0.1:\(try await site.port)")
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return value
    }
}

private final class Looks: Sendable {
    private let count = Mutex<Int64>(0)
    var number: Int64 { count.withLock { $0 } }
    func add() -> Int64 {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}

@Suite("the server and its parts")
struct ServerTests {
    private let client: OutboundClient

    init() {
        var policy = OutboundClient.Policy()
        policy.allowsPlainLoopback = true
        client = OutboundClient(policy)
    }

    private func site(_ change: (inout SiteConfiguration) -> Void = { _ in }) async throws -> Site {
        try await Notebook.site { configuration in
            configuration.port = 0
            change(&configuration)
        }
    }

    @Test("a real connection is served, and its limits hold")
    func connection() async throws {
        let client = client
        try await withServer(try await site()) { url in
            #expect(try await client.get(url + "/healthz").status == 200)
            #expect(try await client.get(url + "/readyz").status == 200)
            let note = Array(#"{"number":1,"text":"milk"}"#.utf8)
            let headers: Headers = ["Authorization": "Bearer ann", "Content-Type": "application/json"]
            #expect(try await client.post(url + "/b/notes", headers: headers, body: note).status == 201)
            let large = [UInt8](repeating: 32, count: 2 << 20)
            #expect(try await client.post(url + "/b/notes", headers: headers, body: large).status == 413)
            let metrics = try await client.get(url + "/metrics")
            #expect(metrics.status == 200)
            try await client.close()
        }
    }

    @Test("figures are shown to this machine only")
    func metricsAreLocal() async throws {
        let site = try await site()
        #expect(try await site.answer(PlainRequest("GET", "/metrics", peer: "198.51.100.1")).status == 404)
        #expect(try await site.answer(PlainRequest("GET", "/metrics", peer: "127.0.0.1")).status == 200)
    }

    @Test("a change reaches an open stream")
    func live() async throws {
        let site = try await site()
        try await withServer(site) { _ in
            let stream = site.live.follow([Live.Topic("notes")]).events
            var events = stream.makeAsyncIterator()
            // However long it takes, beats do not count.
            func next() async -> Live.Event? {
                var event: Live.Event?
                repeat { event = await events.next() } while event == .beat
                return event
            }
            #expect(await next() == .message(name: "current", data: "0"))
            _ = try await APIClient(site, token: "ann").post("/b/notes", ["number": "1", "text": "milk"])
            site.live.publish(Live.Topic("notes"))
            #expect(await next() == .message(name: "changed", data: "1"))
            site.live.send("typing", "Ann", to: Live.Topic("notes"))
            #expect(await next() == .message(name: "typing", data: "Ann"))
        }
    }

    @Test("followers that leave while they are told news hold nobody up")
    func followersLeave() async throws {
        let database = try await Database.open(.sqliteInMemory)
        let looks = Looks()
        let live = Live(database: database, sources: [LiveSource("notes") { topics, _ in
            let look = looks.add()
            return Dictionary(uniqueKeysWithValues: topics.map { ($0, look) })
        }])
        let topic = Live.Topic("notes")
        let hub = Task { try await live.run() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    for _ in 0..<60 {
                        let reader = Task { for await _ in live.follow([topic]).events {} }
                        let seen = looks.number
                        try await until {
                            live.publish(topic)
                            return looks.number >= seen + 2
                        }
                        reader.cancel()
                        await reader.value
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(live.followerCount == 0)
        hub.cancel()
        try await hub.value
    }

    @Test("a stream ends when the server does, and leaves nothing behind")
    func streamEnds() async throws {
        let site = try await site { $0.maxStreamsPerClient = 2 }
        let request = PlainRequest("GET", "/b/live", headers: ["Authorization": "Bearer ann"])
        let stream = Task { try await site.answer(request) }
        try await withServer(site) { _ in
            try await until { site.live.followerCount > 0 }
        }
        let answer = try await stream.value
        #expect(answer.status == 200)
        #expect(answer.headers["Content-Type"] == "text/event-stream")
        #expect(answer.text.hasPrefix("retry: 2000\n\n"))
        #expect(site.live.followerCount == 0)
    }

    @Test("a stream needs the same permission as a page")
    func streamAccess() async throws {
        #expect(try await APIClient(try await site()).get("/b/live").status == 401)
    }

    @Test("an asset is kept for ever under its fingerprint")
    func assets() async throws {
        let site = try await site()
        let answer = try await site.answer(PlainRequest("GET", site.assets.path + "/entente.css"))
        #expect(answer.headers["Cache-Control"] == "public, max-age=31536000, immutable")
        #expect(answer.headers["Content-Type"] == "text/css; charset=utf-8")
        let old = try await site.answer(PlainRequest("GET", "/assets/old/entente.css"))
        #expect(old.headers["Cache-Control"] == "no-cache")
        let tag: Headers = ["If-None-Match": answer.headers["ETag"] ?? ""]
        #expect(
            try await site.answer(PlainRequest("GET", site.assets.path + "/entente.css", headers: tag)).status == 304)
        #expect(try await site.answer(PlainRequest("GET", site.assets.path + "/..%2Fsecret")).status == 404)
    }

    @Test("two actions of one route are a mistake that is told at start")
    func duplicateRoutes() async throws {
        await #expect(throws: DuplicateRoute.self) { try await Notebook.site(extra: [ShowNote.self]) }
    }

    @Test("measured things are written as Prometheus reads them")
    func prometheus() {
        let registry = MetricsRegistry()
        registry.makeTimer(label: "t", dimensions: [("route", "a\"b")]).recordNanoseconds(3_000_000)
        registry.makeCounter(label: "c", dimensions: []).increment(by: 2)
        registry.makeRecorder(label: "g", dimensions: [], aggregate: false).record(Int64(7))
        let text = registry.text
        #expect(text.contains("# TYPE t histogram\n"))
        #expect(text.contains("t_bucket{route=\"a\\\"b\",le=\"0.005\"} 1\n"))
        #expect(text.contains("t_count{route=\"a\\\"b\"} 1\n"))
        #expect(text.contains("# TYPE c counter\nc 2.0\n"))
        #expect(text.contains("# TYPE g gauge\ng 7.0\n"))
    }
}

@Suite("calls to other nodes")
struct OutboundTests {
    @Test(
        "an address that could reach inside is refused",
        arguments: [
            "https://127.0.0.1/", "https://localhost/", "https://10.1.2.3/", "https://169.254.169.254/latest",
            "https://[::1]/", "https://[fe80::1]/", "https://192.168.1.1:8443/", "https://[::ffff:10.0.0.1]/",
            "https://0.0.0.0/", "https://[fec0::1]/", "https://[::10.0.0.1]/", "https://[::8.8.8.8]/", "https://[4000::1]/",
            "https://[2001::1]/", "https://[2002:a00:1::1]/", "https://[3fff::1]/", "https://[5f00::1]/", "https://[64:ff9b::a00:1]/",
            "https://[fd00::1]/", "https://[ff02::1]/", "https://192.88.99.1/", "https://255.255.255.255/",
        ])
    func privateAddresses(url: String) async throws {
        await #expect(throws: OutboundFailure.self) { try await OutboundClient().get(url) }
    }

    @Test(
        "an address of the public internet is not",
        arguments: ["1.1.1.1", "193.190.0.1", "2606:4700::1111", "2a02:2788::1", "2001:4860::8888", "::ffff:1.1.1.1"])
    func publicAddresses(address: String) {
        #expect(AddressBlock.isPublic(address))
    }

    @Test(
        "anything but HTTPS is refused",
        arguments: [
            "http://example.org/", "http://127.0.0.1/", "ftp://example.org/", "file:///etc/passwd", "x",
            "https://a:b@c/",
        ])
    func schemes(url: String) async throws {
        await #expect(throws: OutboundFailure.self) { try await OutboundClient().get(url) }
    }

    @Test("a status that is none is no answer, and ends nothing but the call", arguments: ["000", "001", "099"])
    func impossibleStatus(status: String) async throws {
        let peer = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).bind(
            host: "127.0.0.1", port: 0
        ) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
        let port = try #require(peer.channel.localAddress?.port)
        let serving = Task {
            try await peer.executeThenClose { connections in
                for try await connection in connections {
                    try await connection.executeThenClose { inbound, outbound in
                        for try await _ in inbound {
                            try await outbound.write(
                                ByteBuffer(string: "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\n\r\n"))
                        }
                    }
                }
            }
        }
        var policy = OutboundClient.Policy()
        policy.allowsPlainLoopback = true
        let client = OutboundClient(policy)
        for _ in 0..<2 {
            await #expect(throws: OutboundFailure.self) { try await client.get("http://127.0.0.1:\(port)/") }
        }
        try await client.close()
        serving.cancel()
        _ = await serving.result
    }

    @Test("a redirect is not followed and a response that is too large is refused")
    func redirectAndSize() async throws {
        var policy = OutboundClient.Policy()
        policy.allowsPlainLoopback = true
        let client = OutboundClient(policy)
        try await withServer(try await Notebook.site { $0.port = 0 }) { url in
            let answer = try await client.get(url + "/b/notes/1", headers: ["Accept": "text/html"])
            #expect(answer.status == 303)
            await #expect(throws: OutboundFailure.responseTooLarge("127.0.0.1")) {
                try await client.get(url + "/api/openapi.json", limit: 10)
            }
            try await client.close()
        }
    }
}
