// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Foundation
import Storage

/// Velora's loaded database, the server on it, and the server that only says hello.
struct LoadedBench: Sendable {
    let bench: Bench
    let company: Company
    private let location: Location
    private let server: ServerProcess
    private let hello: ServerProcess
    private let cookie: String
    private let bearer: String
    /// References of cases with more than fifty entries, and of others.
    private let showcases: [String]
    private let others: [String]

    init(_ bench: Bench) async throws {
        self.bench = bench
        (location, company) = try await LoadedDatabase(cases: bench.cases, folder: bench.folder).open(bench.server)
        (bearer, cookie) = try await company.credentials()
        let enterprise = company.enterprise
        let numbers: [(Int, Int)] = try await company.office.database.read { tx in
            try tx.all(
                """
                SELECT number, revision FROM cases WHERE enterprise = \(enterprise.id) ORDER BY number DESC
                LIMIT \(LoadedDatabase.showcases * 6)
                """
            ) { (try $0.next(), try $0.next()) }
        }
        showcases = numbers.filter { $0.1 > 52 }.map { enterprise.reference($0.0) }
        others = numbers.filter { $0.1 <= 52 }.map { enterprise.reference($0.0) }
        guard !showcases.isEmpty, !others.isEmpty else { throw BenchError("the loaded database lacks its showcases") }
        server = try await bench.serve(location.argument, port: LoadedDatabase.port)
        let port = try ServerProcess.freePort()
        hello = try await ServerProcess(
            bench.itself, ["hello", "--database", location.argument, "--port", "\(port)"], port: port,
            log: bench.folder.appending(path: "hello.log"))
    }

    func close() async throws {
        try await server.stop()
        try await hello.stop()
        await company.office.database.close()
    }

    private var root: String { "/\(company.enterprise.slug)" }
    private var browser: [String: String] { ["Cookie": cookie, "Accept": "text/html"] }
    private var program: [String: String] { ["Authorization": "Bearer \(bearer)", "Accept": "application/json"] }

    private func run(_ name: String, _ load: HTTPLoad, at server: ServerProcess? = nil) async throws -> [HTTPLoad.Outcome] {
        let server = server ?? self.server
        _ = try await load.run(server, seconds: 1, in: bench.folder)
        return try await bench.repeated(name) {
            try await load.run(server, seconds: bench.seconds, in: bench.folder)
        }
    }

    func pages() async throws -> [Figure] {
        let silent = try await run("hello without a transaction", HTTPLoad(paths: ["/hello"]), at: hello)
        let greeting = try await run("hello", HTTPLoad(paths: ["/hello/asked"]), at: hello)
        let bare = try await bareHello()
        let row = try await bench.repeated("a row") { try await BareStatements(company).rows(tasks: 16) }
        let rate = greeting.map(\.rate).median
        let limit = "one row \(Figure.text(row.median))/s"
        // On SQLite, on PostgreSQL.
        let loads: [(String, (Double, Double)?, HTTPLoad)] = [
            (
                "case page, HTML, 50 entries", (0.18, 0.09),
                HTTPLoad(paths: showcases.map { "\(root)/cases/\($0)" }, headers: browser)
            ),
            ("case page, HTML, few entries", nil, HTTPLoad(paths: others.map { "\(root)/cases/\($0)" }, headers: browser)),
            ("case, JSON, few messages", (0.5, 0.25), HTTPLoad(paths: others.map { "\(root)/cases/\($0)" }, headers: program)),
            ("case, JSON, 50 messages", nil, HTTPLoad(paths: showcases.map { "\(root)/cases/\($0)" }, headers: program)),
            ("list of 50, HTML", (0.3, 0.15), HTTPLoad(paths: ["\(root)/cases"], headers: browser)),
            ("list of 50, JSON", (0.45, 0.22), HTTPLoad(paths: ["\(root)/cases"], headers: program)),
        ]
        var figures: [Figure] = [
            Figure(
                "hello, with a transaction", "answers/s", greeting.map(\.rate), .none,
                limit: "\(Figure.text(greeting.map(\.processor).median)) µs of processor"),
            Figure(
                "hello without, processor", "µs", silent.map(\.processor), .none,
                limit: "\(Figure.text(silent.map(\.rate).median))/s; bare \(Figure.text(bare.map(\.rate).median))/s"
            ).times(bare.map(\.processor).median, "a bare Hummingbird’s", atMost: 1.5),
        ]
        for (name, goals, load) in loads {
            let outcomes = try await run(name, load)
            let size = "\(Figure.text(Double(outcomes[0].bytes) / 1024)) KiB, p99 \(Figure.text(outcomes.map(\.p99).median)) ms, \(Figure.text(outcomes.map(\.processor).median)) µs of processor"
            figures.append(
                Figure(name, "answers/s", outcomes.map(\.rate), .none, limit: "\(limit); \(size)")
                    .of(rate, "hello", atLeast: goals.map(target)))
        }
        return figures
    }

    private func target(_ goals: (sqlite: Double, postgres: Double)) -> Double {
        company.office.database.engine == .sqlite ? goals.sqlite : goals.postgres
    }

    /// The library’s own server, with one route.
    private func bareHello() async throws -> [HTTPLoad.Outcome] {
        let port = try ServerProcess.freePort()
        let bare = try await ServerProcess(
            bench.itself, ["bare-hello", "--port", "\(port)"], port: port, path: "/hello", log: bench.folder.appending(path: "bare.log"))
        let outcomes = try await run("a bare hello", HTTPLoad(paths: ["/hello"]), at: bare)
        try await bare.stop()
        return outcomes
    }

    func writing() async throws -> [Figure] {
        let greeting = try await run("hello, kept", HTTPLoad(paths: ["/hello"], headers: program, bodies: [""], connections: 64), at: hello)
        let statements = BareStatements(company)
        let together = try await bench.repeated("durable rows, 64 at once") { try await statements.inserts(tasks: 64) }
        let alone = try await bench.repeated("durable rows, one after the other") { try await statements.inserts(tasks: 1) }
        let limit =
            "hello with one row \(Figure.text(greeting.map(\.rate).median))/s, \(Figure.text(greeting.map(\.processor).median)) µs; a durable row \(Figure.text(together.median))/s, alone \(Figure.text(alone.median))/s"
        let enterprise = company.enterprise
        let customers: [ID<Customer>] = try await company.office.database.read { tx in
            try tx.all("SELECT id FROM customers WHERE enterprise = \(enterprise.id) LIMIT 2000") { try $0.next() }
        }
        var story = Story(seed: 5)
        func body(_ customer: String) -> String {
            """
            {"kind":"enquiry","subject":"\(story.sentence(words: 6))","text":"\(story.sentence(words: 30))",\(customer),\
            "product":"City 3","serial":"VL-77"}
            """
        }
        let path = "\(root)/cases"
        let known = customers.map { body("\"customer\":\"\($0)\"") }
        let new = (0..<2000).map { body("\"name\":\"\(story.name())\",\"contact\":\"new\($0)@example.org\"") }
        let loads = [("create a case", known, 0.35), ("create a case for a new customer", new, nil)]
        var figures: [Figure] = []
        for (name, bodies, goal) in loads {
            let headers = program.merging(["Content-Type": "application/json"]) { $1 }
            let outcomes = try await run(
                name, HTTPLoad(paths: Array(repeating: path, count: bodies.count), headers: headers, bodies: bodies, connections: 64))
            figures.append(
                Figure(
                    "\(name), durably, 64 connections", "cases/s", outcomes.map(\.rate), .none,
                    limit: "\(limit); p99 \(Figure.text(outcomes.map(\.p99).median)) ms, \(Figure.text(outcomes.map(\.processor).median)) µs of processor"
                ).of(greeting.map(\.rate).median, "hello with a row", atLeast: goal))
        }
        return figures
    }

    func searching() async throws -> [Figure] {
        var story = Story(seed: 9)
        let queries = (0..<300).map { number in
            switch number % 6 {
            case 0: story.searchedWord()
            case 1: "\(story.searchedWord())+\(story.word())"
            case 2: String(story.searchedWord().prefix(3))
            case 3: story.name().replacing(" ", with: "+")
            case 4: "VL-\(100_000 + story.number(below: bench.cases))"
            default: company.enterprise.reference(1001 + story.number(below: bench.cases))
            }
        }
        let greeting = try await run("hello", HTTPLoad(paths: ["/hello/asked"], connections: 2), at: hello)
        let bare = try await bench.repeated("full text alone") { try await BareStatements(company).matches(queries) }
        let limit = "hello p99 \(Figure.text(greeting.map(\.p99).median)) ms; the index alone p99 \(Figure.text(bare.median)) ms"
        let load = HTTPLoad(paths: queries.map { "\(root)/search?q=\($0)" }, headers: program, connections: 2)
        let outcomes = try await run("search", load)
        let more = "median \(Figure.text(outcomes.map(\.median).median)) ms at \(Figure.text(outcomes.map(\.rate).median))/s"
        return [
            Figure("search, p99, 2 connections", "ms", outcomes.map(\.p99), .none, limit: "\(limit); \(more)")
                .times(greeting.map(\.p99).median, "hello’s", atMost: 40),
            Figure("search, processor", "µs", outcomes.map(\.processor), .none)
                .times(greeting.map(\.processor).median, "hello’s", atMost: 15),
        ]
    }

    func starting() async throws -> [Figure] {
        let path = "\(root)"
        var memory: [Double] = []
        let starts = try await bench.repeated("start") {
            let port = try ServerProcess.freePort()
            let server = try await bench.serve(location.argument, port: port, path: path)
            try await Task.sleep(for: .seconds(3))
            memory.append(Double(try server.residentBytes) / 1_048_576)
            try await server.stop()
            return server.startUp.seconds
        }
        var helloMemory = 0.0
        let greetings = try await bench.repeated("start of hello") {
            let port = try ServerProcess.freePort()
            let server = try await ServerProcess(
                bench.itself, ["hello", "--database", location.argument, "--port", "\(port)"], port: port, path: "/hello",
                log: bench.folder.appending(path: "hello-start.log"))
            helloMemory = Double(try server.residentBytes) / 1_048_576
            try await server.stop()
            return server.startUp.seconds
        }
        return [
            Figure("first answer after the start", "s", starts, .none).times(greetings.median, "hello’s", atMost: 4),
            Figure("idle memory of a node", "MiB", memory, .atMost(56), limit: "hello \(Figure.text(helloMemory)) MiB"),
        ]
    }
}

extension [Double] {
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}
