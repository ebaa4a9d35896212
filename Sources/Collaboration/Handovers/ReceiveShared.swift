// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking

extension Link {
    /// Refuses what the contract does not share yet, or never: whoever sends it all the same is not to make us keep it.
    package func refuse(unlessShared told: [SharedField], accepted: Bool) throws {
        for field in told where contract?.shares(field, accepted: accepted) != true {
            let when = accepted ? "" : " before acceptance"
            throw Rejection(.notAgreed, "the contract does not share \(field.rawValue)\(when)")
        }
    }
}

/// The fields of a contract of which an event tells something.
extension HandoverOfferedV1 {
    package func told(under contract: Contract?) -> [SharedField] {
        var told: [SharedField] = []
        // Who may not tell the title gives the kind's name.
        if title != kind { told.append(.title) }
        if question != nil { told.append(.question) }
        if product != nil { told.append(.product) }
        if serial != nil { told.append(.serial) }
        // A town, of the matter or of the customer.
        if place != nil, contract?.shares(.place, accepted: false) != true { told.append(.customerPlace) }
        if language != nil { told.append(.language) }
        if details != nil { told.append(.details) }
        if !journey.isEmpty { told.append(.journey) }
        if !attachments.isEmpty { told.append(.attachments) }
        return told
    }
}

extension HandoverSharedV1 {
    package var told: [SharedField] {
        var told: [SharedField] = []
        if title != nil { told.append(.title) }
        if question != nil { told.append(.question) }
        if product != nil { told.append(.product) }
        if serial != nil { told.append(.serial) }
        if details != nil { told.append(.details) }
        if !attachments.isEmpty { told.append(.attachments) }
        return told
    }
}

extension ContactSharedV1 {
    package var told: [SharedField] {
        var told: [SharedField] = []
        if name != nil { told.append(.customerName) }
        if !points.isEmpty { told.append(.customerContact) }
        if place != nil { told.append(.customerPlace) }
        if language != nil { told.append(.language) }
        return told
    }
}
