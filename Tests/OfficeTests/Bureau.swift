// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import ServiceLifecycle
import Storage
import StorageTesting
import Synchronization
import Testing
import Web

@testable import Office

/// Something happened, and this is its number.
struct Happened: EventPayload {
    static let type = "test.happened"
    static let subject = "test"
    static let personal: Set<String> = ["name"]
    let number: Int
    var name = ""

    func told(_ event: Event, _ scene: EventScene) -> Phrase? { "Number \(number) happened" }
}

struct Passed: EventPayload {
    static let type = "test.passed"
    static let subject = "test"

    func told(_ event: Event, _ scene: EventScene) -> Phrase? { nil }
}

/// Takes what happened, and remembers it: in a table, and here, where nothing is undone.
enum Diary: Subscriber {
    static let name = "diary"
    static let title: Phrase = "Diary"
    static let types: [any EventPayload.Type]? = [Happened.self]

    static func take(_ events: [Event], _ desk: Desk) throws {
        for event in events {
            guard let happened = try event.data(as: Happened.self), let position = event.position else { continue }
            try desk.tx.run(
                "INSERT INTO diary (enterprise, position, subject, number) VALUES (\(desk.scope), \(position), \(event.subject), \(happened.number))")
            if happened.number == 666 { throw Unlucky() }
        }
    }

    struct Unlucky: Error {}
}

/// Takes everything, and can be told to fail.
enum Census: Subscriber {
    static let name = "census"
    static let title: Phrase = "Census"
    static let takesPast = false

    static func take(_ events: [Event], _ desk: Desk) throws {
        for event in events {
            guard let position = event.position else { continue }
            try desk.tx.run(
                """
                INSERT INTO census (enterprise, position) VALUES (\(desk.scope), \(position))
                ON CONFLICT (enterprise, position) DO NOTHING
                """)
        }
    }
}

enum Bureau: Feature {
    static let migrations: [Migration] = [
        Migration(
            "diary-1",
            """
            CREATE TABLE diary (
                enterprise UUID NOT NULL, position BIGINT NOT NULL, subject UUID NOT NULL, number BIGINT NOT NULL,
                PRIMARY KEY (enterprise, position)
            )
            """,
            "CREATE TABLE census (enterprise UUID NOT NULL, position BIGINT NOT NULL, PRIMARY KEY (enterprise, position))")
    ]
    static let events: [any EventPayload.Type] = [Happened.self, Passed.self]
    static let subscribers: [any Subscriber.Type] = [Diary.self, Census.self]
}

/// An enterprise with a log and two who follow it.
struct Chronicle: Sendable {
    static let features: [any Feature.Type] = [House.self, Bureau.self]
    let database: Database
    let kernel = Kernel(features, host: "velora.example") { _ in }
    let enterprise = Enterprise(slug: "velora", name: "Velora", colour: 3, place: "Ghent", prefix: "V")
    let subscribing: Subscribing

    init(_ engine: Engine, looksEvery interval: Duration = .seconds(1)) async throws {
        database = try await TestDatabase.make(engine, migrations: Self.features.migrations, connections: 6)
        subscribing = Subscribing(kernel, database, looksEvery: interval, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let enterprise = enterprise
        try await database.write { try EnterpriseStore($0).add(enterprise) }
        try await subscribing.drain()
    }

    func desk(_ tx: Transaction) -> Desk { Desk(enterprise, .system("test"), kernel, tx, now: tx.startedAt) }

    func happen(_ numbers: some Sequence<Int> & Sendable, to subject: UUID = UUID()) async throws {
        try await database.write { tx in
            for number in numbers { try desk(tx).record(Happened(number: number), on: subject) }
        }
    }

    var diary: [(position: Int, subject: UUID, number: Int)] {
        get async throws {
            try await database.read { tx in
                try tx.all("SELECT position, subject, number FROM diary ORDER BY position") {
                    try ($0.next(), $0.next(), $0.next())
                }
            }
        }
    }

    func subscription(_ subscriber: any Subscriber.Type) async throws -> Subscription {
        try await database.read { tx in try #require(try desk(tx).subscriptions.find(subscriber.name)) }
    }

    /// Runs the service as a program does, while `body` runs.
    func following(_ body: @Sendable @escaping () async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: subscribing)], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }
}
