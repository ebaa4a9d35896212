// SPDX-License-Identifier: Apache-2.0

/// What is wrong with one field, and what to do about it.
package struct FieldError: Sendable, Hashable {
    package let field: String
    package let message: Phrase

    package init(_ field: String, _ message: Phrase) {
        self.field = field
        self.message = message
    }
}
