// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage
import Web

/// What became of it at a company that was asked to erase what it knows; for pages, for JSON, and for who asked us.
package struct ErasureOutcome: Sendable, Codable, Equatable {
    package let company: String
    /// `nil` while it has not answered.
    package let isErased: Bool?
    package let ground: String?
    package let reason: String
    /// When it was asked, or when it answered.
    package let at: Timestamp

    package init(company: String, isErased: Bool?, ground: String?, reason: String, at: Timestamp) {
        self.company = company
        self.isErased = isErased
        self.ground = ground
        self.reason = reason
        self.at = at
    }

    /// The ground where a company could not be told at all: it counts as a refusal, so that nobody waits for it.
    package static let untold = "could not be told"

    package func model(_ moments: Moments) -> Model {
        switch isErased {
        case nil: ["asked": .text(moments.clock(at))]
        case true?: ["erased": .text(moments.clock(at))]
        case false?: ["refused": true, "ground": Self.model(ofGround: ground), "reason": .text(reason)]
        }
    }

    /// A ground that this program knows has a name in the viewer's language.
    package static func model(ofGround ground: String?) -> Model {
        guard let ground else { return ["none": true] }
        if ground == untold { return ["untold": true] }
        return ErasureGround(rawValue: ground).map { .object([$0.rawValue: true]) } ?? ["other": .text(ground)]
    }
}

/// Why personal data may be kept although its owner wants it erased: GDPR article 17(3).
package enum ErasureGround: String, Sendable, CaseIterable, Codable {
    case expression, legalObligation, publicHealth, archiving, legalClaims
}

/// What became of it at all companies that were asked.
package struct ErasureOutcomes: Sendable {
    package let told: [ID<Link>: ErasureOutcome]
    /// Companies further on, as those told us.
    package let beyond: [ErasureOutcome]

    package init(told: [ID<Link>: ErasureOutcome], beyond: [ErasureOutcome]) {
        self.told = told
        self.beyond = beyond
    }

    /// Of whom something is known.
    package enum Subject: Sendable {
        case customer(ID<Customer>?)
        case item(Case)
    }
}

private enum OutcomesKey: ServiceKey {
    static let defaultValue: @Sendable (ErasureOutcomes.Subject, Desk) throws -> ErasureOutcomes = { _, _ in .init(told: [:], beyond: []) }
}

extension Kernel {
    /// What became of it at those who were asked to erase what they know of somebody.
    package var erasureOutcomes: @Sendable (ErasureOutcomes.Subject, Desk) throws -> ErasureOutcomes {
        get { self[OutcomesKey.self] }
        set { self[OutcomesKey.self] = newValue }
    }
}
