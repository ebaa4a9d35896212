// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// An event in a case's history.
package protocol CaseEvent: EventPayload {
    /// Whether the timeline has a place for events of its type, and for this one.
    static var isShown: Bool { get }
    func isShown(as event: Event) -> Bool
    /// How its customer can be reached, as far as it holds that.
    var reached: [ContactPoint] { get }
}

extension CaseEvent {
    package static var subject: String { "case" }
    package static var isShown: Bool { true }
    package func isShown(as event: Event) -> Bool { true }
    package var reached: [ContactPoint] { [] }
}

extension EventTypes {
    /// Those that no timeline has a place for.
    var unshown: [String] { all.filter { ($0 as? any CaseEvent.Type)?.isShown == false }.map { $0.type } }
}

private enum ToldKind: ServiceKey { static let defaultValue: (any CaseKind.Type)? = nil }

extension EventScene {
    /// The kind of the case whose history is told.
    package var kind: (any CaseKind.Type)? {
        get { material[ToldKind.self] }
        set { material[ToldKind.self] = newValue }
    }

    package func title(ofStage name: String) -> Phrase {
        Phrase(stringLiteral: kind?.lifecycle.stage(name)?.title ?? name)
    }
}
