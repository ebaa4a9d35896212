// SPDX-License-Identifier: Apache-2.0
import Web

/// What is known where events are told to somebody.
package struct EventScene {
    package let moments: Moments
    /// What has been read already of what events are about; each sort has a key of its own.
    package var material = Services()

    package init(_ moments: Moments) { self.moments = moments }
}

/// Somebody or something, by the name it had then.
package struct Named: Codable, Sendable, Equatable {
    package let id: String
    package let name: String

    package init(_ id: some CustomStringConvertible, _ name: String) {
        self.id = id.description
        self.name = name
    }
}

/// What a field was before, and what it is now.
package struct FieldChange: Codable, Sendable, Equatable {
    /// English, as people call it: "time zone".
    package let field: String
    package let from: String
    package let to: String

    /// Those of the fields that have changed.
    package static func among(_ fields: (name: String, from: String, to: String)...) -> [FieldChange] {
        fields.filter { $0.from != $0.to }.map { FieldChange(field: $0.name, from: $0.from, to: $0.to) }
    }
}

extension [FieldChange] {
    /// `name: Ina → Inès; place: Ghent`.
    package var told: Phrase {
        dropFirst().reduce(first?.told ?? "–") { "\($0); \($1.told)" }
    }
}

extension FieldChange {
    fileprivate var told: Phrase {
        let name = Phrase(stringLiteral: field)
        return switch (from.isEmpty, to.isEmpty) {
        case (false, false): "\(name): \(from) → \(to)"
        case (true, _): "\(name): \(to)"
        case (false, true): "\(name): \(from) → –"
        }
    }
}
