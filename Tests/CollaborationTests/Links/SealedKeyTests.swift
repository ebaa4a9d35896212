// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
import Storage
import StorageTesting
import Testing

@testable import Collaboration
@testable import Networking
@testable import Office

@Suite("A company's own keys in the database")
struct SealedKeyTests {
    private struct Kept {
        let location: Location
        let enterprise: Enterprise
        let root: SigningKey

        /// Kept as they are, as by a node without a key file.
        init(_ engine: Engine) async throws {
            location = try await TestDatabase.makeLocation(engine, migrations: Basis.features.migrations)
            let enterprise = Enterprise(slug: "velora", name: "Velora", colour: 3, place: "Ghent", prefix: "V")
            self.enterprise = enterprise
            let database = try await Database.open(location)
            root = try await database.write { tx in
                try EnterpriseStore(tx).add(enterprise)
                try IdentityStore(enterprise.id, tx).establish(at: .now)
                return try IdentityStore(enterprise.id, tx).root()
            }
            await database.close()
        }

        func with<T: Sendable>(_ key: SealingKey?, _ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
            let database = try await Database.open(location, sealing: key)
            do {
                let result = try await database.write(body)
                try await database.scrub()
                await database.close()
                return result
            } catch {
                await database.close()
                throw error
            }
        }

        func root(_ key: SealingKey?) async throws -> String {
            let id = enterprise.id
            return try await with(key) { try IdentityStore(id, $0).root().thumbprint }
        }

        func holdsRoot() async throws -> Bool {
            let database = try await Database.open(location)
            let (bytes, secret) = (try await database.bytes(), root.rawRepresentation)
            await database.close()
            return bytes.indices.dropLast(31).contains { bytes[$0] == secret[0] && bytes[$0..<($0 + 32)].elementsEqual(secret) }
        }
    }

    @Test("are sealed when a key is given, open with it alone, and can be sealed anew", arguments: Engine.allCases)
    func sealed(engine: Engine) async throws {
        let kept = try await Kept(engine)
        let (key, next) = (SealingKey(), SealingKey())
        #expect(try await kept.with(key) { try OwnSecrets.settle($0) } == 3)
        #expect(try await kept.with(key) { try OwnSecrets.settle($0) } == 0)
        #expect(try await kept.root(key) == kept.root.thumbprint)
        for wrong in [nil, next] {
            await #expect(throws: SealingProblem.self) { try await kept.root(wrong) }
            await #expect(throws: SealingProblem.self) { try await kept.with(wrong) { try OwnSecrets.settle($0) } }
        }
        #expect(try await kept.with(key) { try OwnSecrets.change(to: next, $0) } == 3)
        #expect(try await kept.root(next) == kept.root.thumbprint)
        await #expect(throws: SealingProblem.self) { try await kept.root(key) }
        #expect(try await kept.with(next) { try OwnSecrets.change(to: nil, $0) } == 3)
        #expect(try await kept.root(nil) == kept.root.thumbprint)
    }

    @Test("are in no byte of an SQLite file once they are sealed; new ones are sealed from the start")
    func bytes() async throws {
        let kept = try await Kept(.sqlite)
        let (key, id) = (SealingKey(), kept.enterprise.id)
        #expect(try await kept.holdsRoot())
        #expect(try await kept.with(key) { try OwnSecrets.settle($0) } == 3)
        #expect(try await !kept.holdsRoot())
        let plain = try await kept.with(key) { tx in
            _ = try IdentityStore(id, tx).rotate(at: .now)
            return try tx.first("SELECT COUNT(*) FROM enterprise_keys WHERE sealed_by IS NULL") { try $0.next() as Int }
        }
        #expect(plain == 0)
    }

    @Test("do not open for another company", arguments: Engine.allCases)
    func moved(engine: Engine) async throws {
        let kept = try await Kept(engine)
        let key = SealingKey()
        _ = try await kept.with(key) { try OwnSecrets.settle($0) }
        let other = ID<Enterprise>()
        _ = try await kept.with(key) { try $0.run("UPDATE enterprise_keys SET enterprise = \(other)") }
        await #expect(throws: SealingProblem.self) {
            try await kept.with(key) { try IdentityStore(other, $0).root().thumbprint }
        }
    }
}
