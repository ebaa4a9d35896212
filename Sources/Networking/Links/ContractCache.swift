// SPDX-License-Identifier: Apache-2.0
import Exchange
import Synchronization

/// Contracts by their text. A page reads the same few contracts several times, and reading one costs more than a query.
final class ContractCache: Sendable {
    static let shared = ContractCache()

    private let contracts = Mutex<[String: Contract]>([:])
    private static let limit = 500

    func contract(_ text: String) throws -> Contract {
        if let known = contracts.withLock({ $0[text] }) { return known }
        let contract = try Contract(JSONValue(parsing: text.utf8))
        contracts.withLock { contracts in
            if contracts.count >= Self.limit { contracts.removeAll() }
            contracts[text] = contract
        }
        return contract
    }
}
