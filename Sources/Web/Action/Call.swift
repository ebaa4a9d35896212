// SPDX-License-Identifier: Apache-2.0
import Storage

/// One call of an action: who, what, when, and what the action may reach.
package struct Call<As: Caller, Input: Sendable>: Sendable {
    package let caller: As
    package let input: Input
    package let credentials: Credentials
    package let origin: PublicOrigin
    package let services: Services
    /// Set when this page shows again because a form on it was refused; the model gets `forms.<name>` by itself.
    package let failedForm: FailedForm?
    package var now: Timestamp { credentials.now }

    package init(
        caller: As, input: Input, credentials: Credentials, origin: PublicOrigin, services: Services,
        failedForm: FailedForm? = nil
    ) {
        self.caller = caller
        self.input = input
        self.credentials = credentials
        self.origin = origin
        self.services = services
        self.failedForm = failedForm
    }
}

extension Call {
    /// What was typed into a field of a form on this page that was refused; nothing otherwise.
    package func typed(_ field: String, in form: String) -> [String] {
        guard let failedForm, failedForm.name == form else { return [] }
        return failedForm.values[field] ?? []
    }
}

/// What the program hands to its actions besides the database: a value per key, each with a default.
///
/// ```swift
/// private enum BlobsKey: ServiceKey { static let defaultValue = Blobs.none }
/// extension Services {
///     package var blobs: Blobs { get { self[BlobsKey.self] } set { self[BlobsKey.self] = newValue } }
/// }
/// ```
package struct Services: Sendable {
    private var values: [ObjectIdentifier: any Sendable] = [:]

    package init() {}

    package subscript<Key: ServiceKey>(_ key: Key.Type) -> Key.Value {
        get { values[ObjectIdentifier(key)] as? Key.Value ?? Key.defaultValue }
        set { values[ObjectIdentifier(key)] = newValue }
    }
}

package protocol ServiceKey {
    associatedtype Value: Sendable
    static var defaultValue: Value { get }
}
