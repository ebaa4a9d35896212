// SPDX-License-Identifier: Apache-2.0
import Foundation
import Office
import Storage
import Web

/// An event in a case's history.
package protocol CaseEvent: EventPayload {
    /// Whether the timeline has a place for events of its type, and for this one.
    static var isShown: Bool { get }
    func isShown(as event: Event) -> Bool
    /// Whether with it words about the customer may have come.
    static var bringsContent: Bool { get }
    /// How its customer can be reached, as far as it holds that.
    var reached: [ContactPoint] { get }
    /// What it is to who owns the case; `nil` if no more than to all who watch it.
    static var word: OwnersWord? { get }
    /// Whether those who watch the case are told.
    var concernsWatchers: Bool { get }
}

/// What an event of a case is to who owns it.
package enum OwnersWord: Sendable {
    /// What became of something that we asked of another company.
    case answer
    /// A customer or another company said or asked something.
    case said
}

extension CaseEvent {
    package static var subject: String { "case" }
    package static var isShown: Bool { true }
    package static var bringsContent: Bool { isShown }
    package func isShown(as event: Event) -> Bool { true }
    package var reached: [ContactPoint] { [] }
    package static var word: OwnersWord? { nil }
    package var concernsWatchers: Bool { true }
}

extension EventTypes {
    /// Those with which something may have come that an erasure would take.
    package var bringing: [String] { all.filter { ($0 as? any CaseEvent.Type)?.bringsContent == true }.map { $0.type } }

    /// Those that no timeline has a place for.
    var unshown: [String] { all.filter { ($0 as? any CaseEvent.Type)?.isShown == false }.map { $0.type } }
}

private enum ToldKinds: ServiceKey { static let defaultValue: [UUID: any CaseKind.Type] = [:] }

extension EventScene {
    /// The kinds of the cases whose history is told, by their ids.
    package var kinds: [UUID: any CaseKind.Type] {
        get { material[ToldKinds.self] }
        set { material[ToldKinds.self] = newValue }
    }

    /// What a stage of the case that an event is about is called.
    package func title(ofStage name: String, of event: Event) -> Phrase {
        Phrase(stringLiteral: kinds[event.subject]?.lifecycle.stage(name)?.title ?? name)
    }
}
