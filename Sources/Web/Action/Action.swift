// SPDX-License-Identifier: Apache-2.0
import Storage

/// What every operation of the site declares: where it is, who may call it, what it takes and what it gives.
///
/// A feature writes an ``Action``, or an ``AsyncAction`` where work must happen outside a transaction.
package protocol Operation: Sendable {
    /// The kind of caller: the authenticated context is a type.
    associatedtype As: Caller
    /// What the caller sends; one initialiser both validates and describes it.
    associatedtype Input: FormInput
    /// What an API client receives as JSON, and what ``page(_:_:_:)`` shows.
    associatedtype Output: Codable & Sendable

    static var route: Route { get }
    /// One line for the API description, such as "Answer a handover".
    static var summary: String { get }
    /// What the caller must be allowed to do. There is no default.
    static var access: As.Requirement { get }
    /// What a program gets when it goes well.
    static var gives: Gives { get }
    /// How often one client may do this; `nil` does not limit.
    static var limit: RateLimit? { get }
    /// The action whose page holds the form that calls this one; there a refused form shows again, as it was typed.
    static var retryForm: (any Action.Type)? { get }
    /// The name of this form in its page's model: `forms.<formName>.<field>.value`.
    static var formName: String { get }
    /// The page a browser gets; `nil` answers JSON to everyone.
    static func page(_ output: Output, _ call: Call<As, Input>, _ tx: Transaction) throws -> Page?
}

/// What a program gets from an operation when it goes well.
package enum Gives: Sendable {
    /// 200 and the output.
    case output
    /// 201, the output, and where it is; a reply that is ``Reply/created(_:at:notice:)``.
    case creation
    /// A file; a reply that is ``Reply/file(_:)``.
    case file
}

extension Operation {
    package static var gives: Gives { .output }
    package static var limit: RateLimit? { nil }
    package static var retryForm: (any Action.Type)? { nil }
    /// The type's name with a small first letter: `AskQuestion` is `askQuestion`.
    package static var formName: String {
        let name = String(describing: Self.self)
        return name.prefix(1).lowercased() + name.dropFirst()
    }
    package static func page(_ output: Output, _ call: Call<As, Input>, _ tx: Transaction) throws -> Page? { nil }
}

/// A permission, an input, and a synchronous run in one transaction: a read for `GET`, a write for all else.
package protocol Action: Operation {
    // Repeated so that Swift infers them from `run`.
    associatedtype As
    associatedtype Input
    associatedtype Output

    static func run(_ call: Call<As, Input>, _ tx: Transaction) throws -> Reply<Output>
}

/// An operation that also works outside the database, such as hashing a password or calling a peer.
///
/// The caller is identified and the input is read in a transaction of their own; `run` opens whatever it needs.
package protocol AsyncAction: Operation {
    // Repeated so that Swift infers them from `run`.
    associatedtype As
    associatedtype Input
    associatedtype Output

    static func run(_ call: Call<As, Input>, _ database: Database) async throws -> Reply<Output>
}

/// The output of an action that has nothing to tell but its status.
package struct Nothing: Codable, Sendable {
    package init() {}
}
