// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import SiteTesting
import Storage
import StorageTesting
import Testing

@testable import Web

/// A request whose body comes when the test says so.
struct SlowRequest: Sendable {
    let request: Request
    let source: RequestBody.Source

    init(_ method: HTTPRequest.Method, _ path: String, length: Int?, headers: HTTPFields = [:]) {
        let (body, source) = RequestBody.makeStream()
        var headers = headers
        headers[.contentType] = "application/json"
        headers[.accept] = "application/json"
        if let length { headers[.contentLength] = String(length) } else { headers[.transferEncoding] = "chunked" }
        request = Request(
            head: HTTPRequest(method: method, scheme: "https", authority: "notes.example", path: path, headerFields: headers),
            body: body)
        self.source = source
    }

    func answer(at site: Site, address: String = "192.0.2.1") async -> Answer {
        let answer = await site.respond(to: request, peer: address, channel: nil)
        // A source must not go without a farewell, also where nobody read.
        source.finish()
        return answer
    }
}

@Suite("the order in which a request is looked at")
struct IntakeTests {
    private let ann: HTTPFields = [.authorization: "Bearer ann"]

    @Test("who may not do it is told so before the body is read")
    func identityFirst() async throws {
        let site = try await Notebook.site()
        #expect(await SlowRequest(.post, "/b/notes", length: 1000).answer(at: site).status == 401)
        let reader = SlowRequest(.post, "/b/notes", length: nil, headers: [.authorization: "Bearer reader"])
        #expect(await reader.answer(at: site).status == 403)
        let broken = try await APIClient(site).send("POST", "/b/notes", body: Array("{".utf8))
        #expect(broken.status == 401)
    }

    @Test("attempts are counted before the body is read")
    func limitFirst() async throws {
        let site = try await Notebook.site()
        for number in 0..<5 { _ = try await Browser(site).post("/sign-in", [("name", "n\(number)")]) }
        #expect(await SlowRequest(.post, "/sign-in", length: 1000).answer(at: site).status == 429)
    }

    @Test("a raw action may refuse a request by its head")
    func rawHead() async throws {
        let site = try await Notebook.site()
        var headers: HTTPFields = [:]
        headers[try #require(HTTPField.Name("X-Refuse"))] = "1"
        #expect(await SlowRequest(.post, "/b/echo", length: 90, headers: headers).answer(at: site).status == 401)
    }

    @Test("it is now when the body has come")
    func now() async throws {
        let site = try await Notebook.site(extra: [TellTime.self])
        let slow = SlowRequest(.post, "/b/time", length: nil)
        let answer = Task { await slow.answer(at: site) }
        await slow.source.yield(ByteBuffer(string: "{"))
        let begun = Timestamp.now
        try await until { Timestamp.now != begun }
        let sent = Timestamp.now
        await slow.source.yield(ByteBuffer(string: "}"))
        slow.source.finish()
        guard case .bytes(let bytes) = await answer.value.body else { return #expect(Bool(false)) }
        let told = try JSONDecoder().decode(TellTime.Told.self, from: Data(bytes.readableBytesView))
        #expect(told.milliseconds >= sent.milliseconds)
    }

    @Test("a body that is not framed as HTTP says is 400, one that ends early too, and neither is our fault")
    func broken() async throws {
        let site = try await Notebook.site()
        for error in [HTTPParserError.invalidChunkSize, IOError(errnoCode: ECONNRESET, reason: "read")] as [any Error] {
            let slow = SlowRequest(.post, "/b/notes", length: nil, headers: ann)
            slow.source.finish(error)
            #expect(await slow.answer(at: site).status == 400)
        }
        let short = SlowRequest(.post, "/b/notes", length: 30, headers: ann)
        await short.source.yield(ByteBuffer(string: #"{"number":1,"text":"milk"}"#))
        short.source.finish()
        #expect(await short.answer(at: site).status == 400)
        #expect(try await APIClient(site, token: "ann").get("/b/notes/1").status == 404)
    }

    @Test("a stream that nobody comes to write takes no place")
    func droppedStream() async throws {
        let site = try await Notebook.site { $0.maxStreamsPerClient = 1 }
        let head = HTTPRequest(
            method: .get, scheme: "https", authority: "notes.example", path: "/b/live", headerFields: ann)
        for _ in 0..<3 {
            let answer = await site.respond(
                to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), peer: "192.0.2.1", channel: nil)
            #expect(answer.status == 200)
            #expect(site.streams.count == 1)
        }
        #expect(site.streams.count == 0)
    }

    @Test("a place is left once, whoever leaves it")
    func placeOnce() throws {
        let limit = PlaceLimit(total: 2, perClient: 2, label: "test", refusal: .tooManyStreams)
        let (first, second) = (try limit.enter("a"), try limit.enter("a"))
        #expect(throws: RequestRefusal.self) { try limit.enter("a") }
        first.leave()
        first.leave()
        #expect(limit.count == 1)
        withExtendedLifetime(second) {}
    }

    @Test("what a request took goes back with the last who holds it")
    func budget() throws {
        let budget = BodyBudget(limit: 800)
        do {
            let share = BudgetShare(of: budget, for: "a")
            try share.grow(to: 200)
            try share.grow(to: 100)
            try share.grow(to: 300)
            // One client, however small each of its bodies is, leaves something to others.
            #expect(throws: RequestRefusal.self) { try BudgetShare(of: budget, for: "a").grow(to: 1) }
            let (second, third) = (BudgetShare(of: budget, for: "b"), BudgetShare(of: budget, for: "c"))
            try second.grow(to: 300)
            try third.grow(to: 200)
            #expect(throws: RequestRefusal.self) { try third.grow(to: 201) }
            withExtendedLifetime((share, second)) {}
        }
        try BudgetShare(of: budget, for: "b").grow(to: 300)
    }

    @Test("a client that takes nothing of a large answer is cut off, and what it held is free again")
    func slowReader() async throws {
        let site = try await Notebook.site(
            {
                $0.port = 0
                $0.idleTimeout = .seconds(2)
            }, extra: [SendMuch.self])
        try await withServer(site) { url in
            let socket = try Socket(port: try #require(URLComponents(string: url)?.port))
            try socket.send("GET /b/much HTTP/1.1\r\nHost: a\r\n\r\n")
            try await until { socket.hasAnswer }
            try await until { site.memoryTaken == 0 }
            var policy = OutboundClient.Policy()
            policy.allowsPlainLoopback = true
            let client = OutboundClient(policy)
            #expect(try await client.get(url + "/healthz").status == 200)
            try await client.close()
        }
    }
}

/// What a refused form shows again.
@Suite("what was typed is shown again, within bounds")
struct TypedTests {
    private func refused(_ fields: [(String, String)]) async throws -> PlainAnswer {
        let site = try await Notebook.site()
        let browser = Browser(site)
        browser.keep("__Host-member", "bob")
        _ = try await APIClient(site, token: "ann").post("/b/notes", ["number": "1", "text": "old"])
        _ = try await browser.get("/b/notes/1")
        return try await browser.post("/b/notes", fields)
    }

    @Test("of a field not much more than it may hold, and the field says so")
    func long() async throws {
        let page = try await refused([("number", "2"), ("text", String(repeating: "\"", count: 300_000))])
        #expect(page.status == 422)
        #expect(page.body.count < 10_000)
        #expect(page.text.contains("value=\"" + String(repeating: "&quot;", count: 1040) + "\""))
        #expect(page.text.contains("“Text” may have at most 20 characters. Only the first 1040 are shown here."))
    }

    @Test("fields that the form does not have are bounded too")
    func others() throws {
        var fields = Fields()
        for number in 0..<900 { try fields.add("f\(number)", .text(String(repeating: "\"", count: 1000))) }
        for _ in 0..<90 { try fields.add("large", .text(String(repeating: "\"", count: 100_000))) }
        let typed = Typed(fields, in: [], errors: [])
        #expect(typed.values.values.joined().reduce(0) { $0 + $1.count } < 600_000)
    }

    @Test("a secret is not shown")
    func secret() throws {
        var fields = Fields()
        try fields.add("password", .text("hunter2"))
        var form = Form(describing: .post)
        _ = form.secret("password")
        let typed = Typed(fields, in: form.described, errors: [])
        #expect(typed.values.isEmpty)
        #expect(typed.lines.isEmpty)
    }

    @Test("when nothing can be saved, the answer says so and holds what was typed", arguments: [true, false])
    func full(canShowForm: Bool) async throws {
        let site = try await Notebook.site()
        let browser = Browser(site)
        browser.keep("__Host-member", "bob")
        _ = try await APIClient(site, token: "ann").post("/b/notes", ["number": "1", "text": "old"])
        if canShowForm { _ = try await browser.get("/b/notes/1") }
        // No less than what there is.
        try await site.database.write { tx in _ = try tx.first("PRAGMA max_page_count = 1") { try $0.next() as Int } }
        var status = 303
        for number in 2..<1000 where status == 303 {
            let page = try await browser.post("/b/notes", [("number", "\(number)"), ("text", "do not lose me")])
            status = page.status
            if status != 303 {
                #expect(page.text.contains("do not lose me"))
                #expect(page.headers["Retry-After"] == "60")
            }
        }
        #expect(status == 507)
        let api = APIClient(site, token: "ann")
        let refused = try await api.post("/b/notes", ["number": "1000", "text": "x"])
        #expect(refused.status == 507)
        #expect(try refused.problem.type.hasSuffix("/problems/disk-full"))
        #expect(try await api.get("/b/notes/1").status == 200)
        try await site.database.write { tx in _ = try tx.first("PRAGMA max_page_count = 1000000") { try $0.next() as Int } }
        #expect(try await api.post("/b/notes", ["number": "1000", "text": "x"]).status == 201)
    }

    @Test("a probe is not written more often than every few seconds, and says what is wrong")
    func readiness() async throws {
        let folder = try TestFolder.make()
        let path = folder.appending(path: "a.sqlite").path
        let database = try await Database.open(.sqlite(path: path))
        let readiness = Readiness(database, every: .seconds(3_600), logger: Logger(label: "test"))
        #expect(await readiness.check() == nil)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        #expect(await readiness.check() == nil)
        let later = Readiness(database, logger: Logger(label: "test"))
        guard case .unusable = await later.check() else { return #expect(Bool(false)) }
        await database.close()
    }

    @Test("while a probe hangs, no other is tried")
    func hangingProbe() async throws {
        let database = try await Database.open(.sqliteInMemory)
        let (writing, begun) = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        let writer = Task {
            try await database.write { _ in
                begun.finish()
                release.wait()
            }
        }
        for await _ in writing {}
        let readiness = Readiness(database, every: .zero, logger: Logger(label: "test"))
        let (first, second) = (await readiness.trial(), await readiness.trial())
        #expect(first == second)
        release.signal()
        try await writer.value
        #expect(await first.value == nil)
        #expect(await readiness.trial() != first)
        await database.close()
    }
}

struct TellTime: Action {
    struct Told: Codable, Sendable { let milliseconds: Int64 }
    static let route = Route.post("/{book}/time")
    static let summary = "What time it is"
    static let access = Anyone.Requirement.open(because: "it is a test")
    static func run(_ call: Call<Anyone, NoInput>, _ tx: Transaction) -> Reply<Told> {
        .show(Told(milliseconds: call.now.milliseconds))
    }
}

struct SendMuch: Action {
    static let route = Route.get("/{book}/much")
    static let summary = "A large file"
    static let access = Anyone.Requirement.open(because: "it is a test")
    static let gives = Gives.file

    static func run(_ call: Call<Anyone, NoInput>, _ tx: Transaction) -> Reply<Nothing> {
        .file(File(name: "much", type: "application/pdf", bytes: [UInt8](repeating: 7, count: 40 << 20)))
    }
}

/// A connection that sends and never reads.
final class Socket: Sendable {
    private let descriptor: CInt

    init(port: Int) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var size: CInt = 4096
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0)
    }

    deinit { close(descriptor) }

    /// Whether something has come, which stays there.
    var hasAnswer: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) > 0
    }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
    }
}
