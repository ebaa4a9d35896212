// SPDX-License-Identifier: Apache-2.0
import Crypto
import Formats
import _CryptoExtras

/// Hashes passwords with scrypt (RFC 7914), off the event loop and a few at a time, as each takes memory and time.
package final class Passwords: Sendable {
    /// What a hash costs. It is stored with the hash, so that it can be raised later.
    package struct Cost: Sendable {
        package let rounds: Int
        package let blockSize: Int
        package let parallelism: Int

        /// 16 MiB and about 0.2 s: OWASP's recommendation of equal strength for little memory.
        package static let standard = Cost(rounds: 1 << 14, blockSize: 8, parallelism: 5)
        /// For tests only.
        package static let minimal = Cost(rounds: 2, blockSize: 1, parallelism: 1)
    }

    /// Who wants a password checked.
    package struct Asker: Sendable {
        let ticket: Turns.Ticket

        /// Somebody who is not known yet. All guesses at one account, and all from one address, hold a few places only, so
        /// that they queue up for themselves and for nobody else.
        package static func stranger(account: String, address: String) -> Asker {
            let places = [(name: "account \(account)", most: 4), (name: "address \(address)", most: 8)]
            return Asker(ticket: Turns.Ticket(party: account, places: places, isKnown: false))
        }

        /// Somebody who has signed in before with this device, or is signed in.
        package static let known = Asker(ticket: Turns.Ticket(party: "", places: [], isKnown: true))
    }

    private let cost: Cost
    /// Two at a time, so that one slow hash does not hold up everybody; 64 may wait, some 6 s.
    private let turns = Turns(workers: 2, most: 64)

    package init(cost: Cost = .standard) { self.cost = cost }

    /// `scrypt$rounds$blockSize$parallelism$salt$hash`, the last two in base64url.
    package func hash(_ password: String) async throws -> String {
        let cost = cost
        return try await turns.run(Asker.known.ticket) {
            let salt = Array(RandomToken.bytes().prefix(16))
            let key = try Self.derive(password, salt, cost)
            let parts = [String(cost.rounds), String(cost.blockSize), String(cost.parallelism)]
            return (["scrypt"] + parts + [Base64URL.encode(salt), Base64URL.encode(key)]).joined(separator: "$")
        }
    }

    /// Whether the password has this hash. Without a hash it works as long and says no, so that an unknown account
    /// cannot be told from a wrong password.
    package func verify(_ password: String, against hash: String?, for asker: Asker) async throws -> Bool {
        let fallback = cost
        return try await turns.run(asker.ticket) {
            guard let hash, let (cost, salt, expected) = Self.parse(hash) else {
                _ = try Self.derive(password, [UInt8](repeating: 0, count: 16), fallback)
                return false
            }
            return Self.areEqual(try Self.derive(password, salt, cost), expected)
        }
    }

    private static func derive(_ password: String, _ salt: [UInt8], _ cost: Cost) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: Array(password.utf8), salt: salt, outputByteCount: 32, rounds: cost.rounds,
            blockSize: cost.blockSize, parallelism: cost.parallelism)
        return key.withUnsafeBytes { Array($0) }
    }

    private static func parse(_ hash: String) -> (Cost, salt: [UInt8], key: [UInt8])? {
        let parts = hash.split(separator: "$").map(String.init)
        guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), let blockSize = Int(parts[2]),
            let parallelism = Int(parts[3]), let salt = Base64URL.decode(parts[4]), let key = Base64URL.decode(parts[5])
        else { return nil }
        return (Cost(rounds: rounds, blockSize: blockSize, parallelism: parallelism), salt, key)
    }

    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
