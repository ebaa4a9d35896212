// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Storage

/// Loads what is missing, measures everything, prints the table.
struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure", abstract: "Measure and print a table; the default.")

    enum Part: String, CaseIterable, ExpressibleByArgument { case start, pages, writing, search, exchange, distance, backlog, links, live, parsers, journey, erasing, log }

    @Option(name: .customLong("only"), help: "Measure only this part: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
    var parts: [Part] = []

    @Option(help: "Cases, and as many customers, in the loaded database.")
    var cases = 100_000

    @Option(help: "Messages in the database in which a customer is erased.")
    var messages = 1_000_000

    @Option(help: "How often each figure is measured; the median is printed.")
    var runs = 3

    @Option(help: "Seconds of load for each measurement.")
    var seconds = 4

    @Option(help: "Measure pages, writing and search on this PostgreSQL database, which is loaded when it is empty: postgresql://…")
    var database: String?

    @Option(help: "Where the loaded database is kept between runs.")
    var folder = ".build/bench"

    @Option(help: "The program to measure; by default the one beside this.")
    var entente: String?

    func run() async throws {
        let bench = try Bench(self)
        let interruptions = ServerProcess.endAllWhenInterrupted()
        defer {
            ServerProcess.endAll()
            interruptions.forEach { $0.cancel() }
        }
        progress(bench.machine)
        var figures: [Figure] = []
        func wants(_ part: Part) -> Bool { parts.isEmpty || parts.contains(part) }
        if wants(.start) || wants(.pages) || wants(.writing) || wants(.search) {
            let loaded = try await LoadedBench(bench)
            if wants(.start) { figures += try await loaded.starting() }
            if wants(.pages) { figures += try await loaded.pages() }
            if wants(.search) { figures += try await loaded.searching() }
            if wants(.writing) { figures += try await loaded.writing() }
            try await loaded.close()
        }
        if wants(.exchange) { figures += try await bench.exchange() }
        if wants(.distance) { figures += try await bench.distance() }
        if wants(.backlog) { figures += try await bench.backlog() }
        if wants(.links) { figures += try await bench.manyLinks() }
        if wants(.live) { figures += try await bench.livePages() }
        if wants(.parsers) { figures += try await bench.parsers() }
        if wants(.journey) { figures += try await bench.journey() }
        if wants(.erasing) { figures += try await bench.erasing() }
        if wants(.log) { figures += try await bench.subscribers() }
        print("\n\(bench.machine), load \(Bench.load) at the end\n")
        print(Figure.heading)
        for figure in figures { print(figure.row) }
        let short = figures.filter(\.fallsShort)
        print(short.isEmpty ? "\nEvery target is met." : "\nFalls short: \(short.map(\.name).joined(separator: "; ")).")
    }
}

/// What all measurements share.
struct Bench: Sendable {
    let cases: Int
    let messages: Int
    let runs: Int
    let seconds: Int
    let folder: URL
    let server: Location?
    let entente: URL
    let itself: URL

    init(_ options: Measure) throws {
        cases = options.cases
        messages = options.messages
        runs = options.runs
        seconds = options.seconds
        folder = URL(filePath: options.folder)
        server = try options.database.map { try Location(parsing: $0) }
        itself = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        entente = options.entente.map { URL(filePath: $0) } ?? URL(filePath: "build/entente")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Measures several times.
    func repeated<T>(_ name: String, _ body: () async throws -> T) async throws -> [T] {
        var results: [T] = []
        for run in 1...max(runs, 1) {
            progress("\(name), \(run) of \(runs)")
            results.append(try await body())
        }
        return results
    }

    /// A node's own process.
    /// - Parameter listener: the port it listens at, where that is not the one of its origin.
    func serve(
        _ location: String, port: Int, listeningAt listener: Int? = nil, more: [String] = [], path: String = "/healthz"
    ) async throws -> ServerProcess {
        let (origin, listener) = ("http://127.0.0.1:\(port)", listener ?? port)
        return try await ServerProcess(
            entente,
            ["serve", "--database", location, "--listen", "127.0.0.1:\(listener)", "--origin", origin, "--allow-private-peers"]
                + more,
            port: listener, path: path, log: folder.appending(path: "serve-\(listener).log"))
    }

    func serve(_ office: Office, listeningAt listener: Int? = nil, more: [String] = []) async throws -> ServerProcess {
        try await serve(office.database.location.argument, port: office.port, listeningAt: listener, more: more)
    }

    /// Date, processor, cores and how busy it is: `2026-11-24, AMD EPYC, 2 cores, load 0.1`.
    var machine: String {
        let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = info.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
        let day = Date.now.formatted(.iso8601.year().month().day())
        let name = model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
        return "\(day), \(name), \(ProcessInfo.processInfo.activeProcessorCount) cores, load \(Self.load)"
    }

    static var load: String {
        let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
        return text.split(separator: " ").first.map(String.init) ?? "unknown"
    }
}

extension Location {
    /// As the command line takes it.
    var argument: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        case .sqliteInMemory: "sqlite::memory:"
        case .postgres(let url): url
        }
    }
}

func progress(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
