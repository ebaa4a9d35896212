// SPDX-License-Identifier: Apache-2.0

/// What an action takes. Its one initialiser reads, validates and describes: every accessor of ``Form`` records a
/// field and, when something is wrong with it, an error; it returns a placeholder then, and the action never runs.
///
/// ```swift
/// struct Input: FormInput {
///     let number: String
///     let text: String
///     init(_ form: inout Form) {
///         number = form.path("number")
///         text = form.text("text", label: "Answer", max: 10_000)
///     }
/// }
/// ```
package protocol FormInput: Sendable {
    init(_ form: inout Form)
}

/// The input of an action that takes nothing.
package struct NoInput: FormInput {
    package init(_ form: inout Form) {}
}
