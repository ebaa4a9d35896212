// SPDX-License-Identifier: Apache-2.0
import Web

/// Why something cannot be done with a case.
package enum CaseRefusal: Error, Sendable, Equatable {
    case unknownKind(String)
    case noSuchMove(from: String, to: String)
    case unknownMember
    /// The field, and what is wrong with it.
    case incomplete(String, String)
}

extension CaseRefusal: Problem {
    package var status: Int {
        switch self {
        case .noSuchMove: 409
        case .unknownKind, .unknownMember, .incomplete: 422
        }
    }

    package var type: String {
        switch self {
        case .unknownKind: "unknown-kind"
        case .noSuchMove: "no-such-move"
        case .unknownMember: "unknown-member"
        case .incomplete: "incomplete"
        }
    }

    package var title: Phrase { "That cannot be done with this case" }

    package var detail: Phrase {
        switch self {
        case .unknownKind(let name): "There is no kind of case named \(name) here. Choose one that the page offers."
        case .noSuchMove(let from, let to):
            "A case cannot go from “\(from)” to “\(to)”. Somebody may have moved it meanwhile: reload the page."
        case .unknownMember: "This member or team is not here any more. Choose another."
        case .incomplete(_, let what): Phrase(stringLiteral: what)
        }
    }

    package var errors: [FieldError] {
        switch self {
        case .incomplete(let field, let what): [FieldError(field, Phrase(stringLiteral: what))]
        case .unknownMember: [FieldError("owner", detail)]
        case .unknownKind: [FieldError("kind", detail)]
        case .noSuchMove: [FieldError("stage", detail)]
        }
    }
}
