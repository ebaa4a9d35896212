// SPDX-License-Identifier: Apache-2.0
import Foundation
import Storage

/// By which means somebody does something, as the log keeps it.
package enum Means: Sendable, Hashable {
    /// Signed in, in a browser.
    case session
    /// By a program with this token.
    case token(ID<APIToken>)
    /// On a page that needs no account: the public one, or a customer's own.
    case page
    /// By this event of a linked company.
    case link(event: UUID?)
    /// By a command on the node's machine.
    case command
    /// By itself, when its time had come.
    case clock

    var name: String {
        switch self {
        case .session: "session"
        case .token: "token"
        case .page: "page"
        case .link: "link"
        case .command: "command"
        case .clock: "clock"
        }
    }

    var cause: UUID? {
        switch self {
        case .token(let id): id.uuid
        case .link(let event): event
        case .session, .page, .command, .clock: nil
        }
    }
}
