// SPDX-License-Identifier: Apache-2.0
import Storage

/// A stream of server-sent events about topics the caller may follow.
///
/// Access is checked when the stream opens and again every minute; a caller who has lost it is cut off.
package protocol StreamAction: Sendable {
    associatedtype As: Caller
    associatedtype Input: FormInput
    static var route: Route { get }
    static var summary: String { get }
    static var access: As.Requirement { get }
    static func topics(_ call: Call<As, Input>, _ tx: Transaction) throws -> [Live.Topic]
    /// Runs when the stream has opened and when it has closed, for presence.
    static func opened(_ call: Call<As, Input>) -> (@Sendable () -> Void)?
}

extension StreamAction {
    package static func opened(_ call: Call<As, Input>) -> (@Sendable () -> Void)? { nil }
}
