// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// Why nothing is erased, or nothing may be added any more.
package enum ErasureRefusal: Error, Sendable, Equatable {
    case alreadyDecided
    /// Nobody asks for anything to be erased here.
    case notAsked
    /// What is held about this customer has been erased, so nothing is added to it.
    case erased
}

extension ErasureRefusal: Problem {
    package var status: Int { 409 }

    package var type: String {
        switch self {
        case .alreadyDecided: "already-decided"
        case .notAsked: "not-asked"
        case .erased: "erased"
        }
    }

    package var title: Phrase {
        switch self {
        case .alreadyDecided, .notAsked: "There is nothing to decide here"
        case .erased: "This customer has been erased"
        }
    }

    package var detail: Phrase {
        switch self {
        case .alreadyDecided: "Somebody has answered this already. Reload the page to see how."
        case .notAsked: "Nobody asks for this customer to be erased. Reload the page to see what became of it."
        case .erased: "Nothing can be added to what was erased. Begin anew, with a new question."
        }
    }
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
