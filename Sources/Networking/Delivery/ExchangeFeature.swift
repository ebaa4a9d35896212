// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage
import Web

/// A feature that tells linked companies something, or hears it from them.
package protocol ExchangeFeature: Feature {
    /// What events of its types do here.
    static func handlers(_ kernel: Kernel) -> [InboundHandler]
    static var letterRules: [LetterRule] { get }
}

extension ExchangeFeature {
    package static var letterRules: [LetterRule] { [] }
}

extension [any Feature.Type] {
    package var letterRules: [LetterRule] { compactMap { $0 as? any ExchangeFeature.Type }.flatMap { $0.letterRules } }
}

extension InboundHandlers {
    /// All that these features take.
    package init(_ features: [any Feature.Type], _ kernel: Kernel) {
        self.init(features.compactMap { $0 as? any ExchangeFeature.Type }.flatMap { $0.handlers(kernel) })
    }
}

/// When an event of one type that a peer has refused may be sent again.
package struct LetterRule: Sendable {
    package typealias Question = @Sendable (ID<Conversation>, ID<Enterprise>, Transaction) throws -> Bool

    package let type: EventType
    /// Whether it would still say what is meant.
    let isStillMeant: Question

    package init(_ type: EventType, isStillMeant: @escaping Question) {
        self.type = type
        self.isStillMeant = isStillMeant
    }
}

private enum LetterRulesKey: ServiceKey { static let defaultValue: [LetterRule] = [] }

extension Kernel {
    package var letterRules: [LetterRule] {
        get { self[LetterRulesKey.self] }
        set { self[LetterRulesKey.self] = newValue }
    }
}
