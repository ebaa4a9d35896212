// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// What is held about this customer has been erased, so nothing is added to it.
package enum ErasureRefusal: Error, Sendable, Equatable {
    case erased
}

extension ErasureRefusal: Problem {
    package var status: Int { 409 }
    package var type: String { "erased" }
    package var title: Phrase { "This customer has been erased" }
    package var detail: Phrase { "Nothing can be added to what was erased. Begin anew, with a new question." }
}

extension Desk {
    /// Nothing is added to what is held about somebody who was erased.
    package func checkNotErased(_ customer: ID<Customer>?) throws {
        if let customer, try customers.find(customer)?.erasedAt != nil { throw ErasureRefusal.erased }
    }
}

extension Enterprise {
    /// What a customer is called once they are erased, in the enterprise's own language: it is data from then on.
    package var nameOfErased: String { language == "nl" ? Self.namesOfErased[1] : Self.namesOfErased[0] }

    package static let namesOfErased = ["Erased customer", "Gewiste klant"]
}
