// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Logging
import Storage
import Web

/// What limits all: the same server with actions that do as little as they can.
struct ServeHello: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hello", abstract: "Serve nothing but a greeting.", shouldDisplay: false)

    @Option var database: String
    @Option var port: Int

    func run() async throws {
        let database = try await Database.open(Location(parsing: database))
        guard let origin = PublicOrigin("http://127.0.0.1:\(port)") else { throw ValidationError("port") }
        var configuration = SiteConfiguration(origin: origin)
        configuration.port = port
        let live = Live(database: database, sources: [])
        let files = try ProgramFiles(sources: URL(filePath: "Sources"))
        var logger = Logger(label: "hello")
        logger.logLevel = .error
        try await Site(
            configuration, database: database, templates: Templates(files), assets: Assets(files),
            live: live, actions: [SayHello.self, AskHello.self, KeepHello.self], logger: logger
        ).run()
    }
}

struct Greeting: Codable, Sendable {
    let hello: String
}

struct SayHello: Action {
    static let route = Route.get("/hello")
    static let summary = "A greeting"
    static let access = Anyone.Requirement.open(because: "it tells nothing")

    static func run(_ call: Call<Anyone, NoInput>, _ tx: Transaction) throws -> Reply<Greeting> {
        .show(Greeting(hello: "world"))
    }
}

/// The limit of every page: what has a transaction with one statement, which reads nothing.
struct AskHello: Action {
    static let route = Route.get("/hello/asked")
    static let summary = "A greeting that the database was asked for"
    static let access = Anyone.Requirement.open(because: "it tells nothing")

    static func run(_ call: Call<Anyone, NoInput>, _ tx: Transaction) throws -> Reply<Greeting> {
        _ = try tx.first("SELECT 1") { try $0.next() as Int }
        return .show(Greeting(hello: "world"))
    }
}

/// The limit of every change: one row, durably.
struct KeepHello: Action {
    static let route = Route.post("/hello")
    static let summary = "Keep a greeting"
    static let gives = Gives.creation
    static let access = Anyone.Requirement.open(because: "it keeps nothing of anybody")

    static func run(_ call: Call<Anyone, NoInput>, _ tx: Transaction) throws -> Reply<Greeting> {
        try tx.run("INSERT INTO bench_rows (id, text) VALUES (\(ID<Greeting>()), 'hello')")
        return .created(Greeting(hello: "world"), at: "/hello")
    }
}
