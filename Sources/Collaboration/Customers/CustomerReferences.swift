// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage

extension Desk {
    /// How a customer is called on one link, and on no other.
    package func reference(of customer: ID<Customer>, on link: ID<Link>) throws -> String {
        func known() throws -> String? {
            try tx.first(
                """
                SELECT reference FROM customer_references
                WHERE enterprise = \(scope) AND link = \(link) AND customer = \(customer)
                """
            ) { try $0.next() }
        }
        if let known = try known() { return known }
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        let reference = Exchange.Base64URL.encode(bytes)
        try tx.run(
            """
            INSERT INTO customer_references (enterprise, link, customer, reference)
            VALUES (\(scope), \(link), \(customer), \(reference))
            ON CONFLICT (enterprise, link, customer) DO NOTHING
            """)
        // Somebody else may have named the customer at the same time.
        return try known() ?? reference
    }
}
