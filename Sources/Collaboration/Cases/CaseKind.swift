// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage
import Web

/// What a feature adds to make a kind of case: its name, its lifecycle, what of its details crosses a link, and its rules.
/// The kernel gives it everything else.
package protocol CaseKind: Sendable {
    /// As stored and as on the wire: `enquiry`.
    static var name: String { get }
    /// English, as on its page: "Enquiry".
    static var title: String { get }
    static var lifecycle: Lifecycle { get }
    /// The stage that a case enters when somebody takes it on, and when it is answered; `nil` leaves that to people.
    static var stageWhenTaken: String? { get }
    static var stageWhenAnswered: String? { get }
    /// How customers open one themselves, from the public page; `nil` if they cannot.
    static var door: Door? { get }

    /// The kind's own details as they cross a link, from an explicit shared struct; `nil` if it has none.
    static func sharedDetails(of item: Case, _ desk: Desk) throws -> JSONValue?
    /// Keeps the details that came with an offer. Unknown ones are ignored.
    static func keep(_ details: JSONValue, of item: Case, _ desk: Desk) throws
    /// Label and value pairs that the case's page and JSON show.
    static func details(of item: Case, _ desk: Desk) throws -> [Detail]
    /// The model of the kind's own panel on the case's page, `<name>-panel.mustache`; by default the details as facts.
    static func panel(of item: Case, _ desk: Desk) throws -> Model?
    /// Takes what is personal out of the kind's own details: what the customer said goes, in what others wrote the name is
    /// struck out. There is no default: a kind without such details says so.
    static func erase(_ item: Case, _ strikeout: Strikeout, _ desk: Desk) throws
    /// Throws what must be done before the case may enter a stage.
    static func check(_ item: Case, entering stage: String, _ desk: Desk) throws
}

extension CaseKind {
    package static var stageWhenTaken: String? { nil }
    package static var stageWhenAnswered: String? { nil }
    package static var door: Door? { nil }
    package static func sharedDetails(of item: Case, _ desk: Desk) throws -> JSONValue? { nil }
    package static func keep(_ details: JSONValue, of item: Case, _ desk: Desk) throws {}
    package static func details(of item: Case, _ desk: Desk) throws -> [Detail] { [] }
    package static func panel(of item: Case, _ desk: Desk) throws -> Model? { nil }
    package static func check(_ item: Case, entering stage: String, _ desk: Desk) throws {}
}

package struct Detail: Sendable, Codable {
    package let label: String
    package let value: String

    package init(_ label: String, _ value: String) {
        self.label = label
        self.value = value
    }
}

/// The kinds this program knows, in the order they are offered.
package struct Kinds: Sendable {
    package let all: [any CaseKind.Type]

    /// The features that kinds belong to and that can be switched off, by the kind's name.
    private let features: [String: String]

    package init(_ all: [any CaseKind.Type], features: [String: String] = [:]) {
        self.all = all
        self.features = features
    }

    func feature(of kind: String) -> String? { features[kind] }

    /// Those of which an enterprise opens new cases.
    package func offered(by enterprise: Enterprise) -> [any CaseKind.Type] { all.filter { enterprise.has(features[$0.name]) } }

    package subscript(name: String) -> (any CaseKind.Type)? { all.first { $0.name == name } }
}

/// A kind of case that cannot work; told at start, never to a visitor.
package struct KindError: Error, CustomStringConvertible {
    package let description: String
}

extension Kernel {
    /// Throws what is wrong with what features bring to cases: two kinds of one name, or a lifecycle that names stages it does
    /// not have.
    package func check(templates: some Sequence<String>) throws { try kinds.check(templates: templates) }
}

extension Kinds {
    func check(templates: some Sequence<String>) throws {
        let templates = Set(templates)
        if let double = Dictionary(grouping: all, by: { $0.name }).first(where: { $0.value.count > 1 }) {
            throw KindError(description: "Two kinds of case are called “\(double.key)”.")
        }
        for kind in all {
            var mistakes = kind.lifecycle.mistakes
            if !templates.contains(kind.panelTemplate) {
                mistakes.append("there is no template “\(kind.panelTemplate)” for its panel")
            }
            for stage in [kind.stageWhenTaken, kind.stageWhenAnswered].compactMap(\.self)
            where kind.lifecycle.stage(stage) == nil {
                mistakes.append("it would enter the stage “\(stage)”, which does not exist")
            }
            if let mistake = mistakes.first { throw KindError(description: "The kind of case “\(kind.name)”: \(mistake).") }
        }
    }
}

extension CaseKind {
    static var panelTemplate: String { "\(name)-panel" }
}
