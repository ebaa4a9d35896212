// SPDX-License-Identifier: Apache-2.0

/// Text for people, in English with its values apart, so that it can be translated when it is shown.
///
/// `"The answer went to \(company)."` has the key `The answer went to {0}.`; a translation places `{0}` where it likes.
package struct Phrase: Sendable, Hashable, ExpressibleByStringInterpolation {
    indirect enum Argument: Sendable, Hashable {
        case text(String)
        case message(Phrase)
    }

    package let key: String
    let arguments: [Argument]

    /// Text that is nobody's to translate, such as what a person or a peer wrote.
    package init(verbatim text: String) {
        key = "{0}"
        arguments = [.text(text)]
    }

    package init(stringLiteral value: String) {
        key = value
        arguments = []
    }

    package init(stringInterpolation interpolation: StringInterpolation) {
        key = interpolation.key
        arguments = interpolation.arguments
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        var key = ""
        var arguments: [Argument] = []

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) { key += literal }

        package mutating func appendInterpolation(_ text: String) { append(.text(text)) }
        package mutating func appendInterpolation(_ number: Int) { append(.text(String(number))) }
        package mutating func appendInterpolation(_ message: Phrase) { append(.message(message)) }

        private mutating func append(_ argument: Argument) {
            key += "{\(arguments.count)}"
            arguments.append(argument)
        }
    }
}

extension Phrase: CustomStringConvertible {
    package var description: String { Translations.none.text(self, in: "en") }
}
