// SPDX-License-Identifier: Apache-2.0
import ServiceLifecycle
import Storage
import Web

/// What one folder adds to the product. It writes only what it has; a layer that lets features bring more declares a protocol
/// of its own for it, and gathers it.
package protocol Feature: Sendable {
    /// In the order in which tables refer to each other.
    static var migrations: [Migration] { get }
    static var actions: [any Operation.Type] { get }
    /// Actions on what there is already, which go on when the feature is switched off.
    static var lastingActions: [any Operation.Type] { get }
    static var rawActions: [any RawAction.Type] { get }
    static var streams: [any StreamAction.Type] { get }
    static var liveSources: [LiveSource] { get }
    static var menu: [Place] { get }
    static var doors: [Door] { get }
    /// What templates ask for as `can`, by its name there, and the permission that it takes.
    static var abilities: [String: Permission] { get }
    static var foundings: [Founding] { get }
    /// The types of events that it writes.
    static var events: [any EventPayload.Type] { get }
    static var subscribers: [any Subscriber.Type] { get }
    static var clocks: [Clockwork] { get }
    static var jobs: [FeatureJob] { get }
    /// What runs beside the site for as long as the process does; the first ends last.
    static func services(_ works: Works) -> [any Service]
    /// What it adds to the demonstration.
    static var scenes: [DemoScene] { get }
    /// Why it tells members of what happens.
    static var noticeReasons: [NoticeReason] { get }
    /// The sorts of thing that its events are about.
    static var subjects: [SubjectSort] { get }
    /// What it adds to pages of others.
    static var sections: [any PagePart] { get }
    static var searchSources: [SearchSource] { get }
    static var waitingSources: [WaitingSource] { get }
    /// Takes what the features of the program bring for this one.
    static func gather(_ features: [any Feature.Type], into kernel: inout Kernel)
}

/// A feature that an enterprise can do without. What is switched off leaves no route but those of its lasting actions, no
/// door and no place in the menu; its data stay, open work can be finished, and all is there again when it is switched on.
package protocol OptionalFeature: Feature {
    /// As it is kept: `incidents`.
    static var name: String { get }
    /// English, as in the settings: "Incidents".
    static var title: Phrase { get }
    /// What it is for, in a sentence.
    static var purpose: Phrase { get }
    /// What is open in it, counted to a hundred: it stays, and can be finished, when it is switched off.
    static func openWork(_ desk: Desk) throws -> Int
}

extension OptionalFeature {
    package static func openWork(_ desk: Desk) throws -> Int { 0 }
}

extension Feature {
    /// Its name, if it can be switched off.
    package static var switchName: String? { (self as? any OptionalFeature.Type)?.name }

    /// What it adds to a site.
    package static var siteParts: [SitePart] {
        [
            SitePart(feature: switchName, actions: actions, rawActions: rawActions, streams: streams),
            SitePart(actions: lastingActions),
        ]
    }
}

extension Feature {
    package static var migrations: [Migration] { [] }
    package static var actions: [any Operation.Type] { [] }
    package static var lastingActions: [any Operation.Type] { [] }
    package static var rawActions: [any RawAction.Type] { [] }
    package static var streams: [any StreamAction.Type] { [] }
    package static var liveSources: [LiveSource] { [] }
    package static var menu: [Place] { [] }
    package static var doors: [Door] { [] }
    package static var abilities: [String: Permission] { [:] }
    package static var foundings: [Founding] { [] }
    package static var events: [any EventPayload.Type] { [] }
    package static var subscribers: [any Subscriber.Type] { [] }
    package static var clocks: [Clockwork] { [] }
    package static var jobs: [FeatureJob] { [] }
    package static var scenes: [DemoScene] { [] }
    package static func services(_ works: Works) -> [any Service] { [] }
    package static var subjects: [SubjectSort] { [] }
    package static var noticeReasons: [NoticeReason] { [] }
    package static var sections: [any PagePart] { [] }
    package static var searchSources: [SearchSource] { [] }
    package static var waitingSources: [WaitingSource] { [] }
    package static func gather(_ features: [any Feature.Type], into kernel: inout Kernel) {}
}

extension Kernel {
    /// A kernel with all that these features bring.
    package init(
        _ features: [any Feature.Type], host: String, announce: @escaping @Sendable (Live.Topic) -> Void
    ) {
        self.init(host: host, announce: announce)
        optional = features.compactMap { $0 as? any OptionalFeature.Type }
        menu = features.flatMap { feature in feature.menu.map { $0.of(feature.switchName) } }
        doors = features.flatMap { feature in feature.doors.map { $0.of(feature.switchName) } }
        abilities = features.reduce(into: [:]) { $0.merge($1.abilities) { first, _ in first } }
        foundings = features.flatMap { $0.foundings }
        eventTypes = EventTypes(features.flatMap { $0.events })
        subscribers = features.flatMap { $0.subscribers }
        clocks = features.flatMap { $0.clocks }
        jobs = features.flatMap { $0.jobs }
        clockBoard = ClockBoard()
        noticeReasons = features.flatMap { $0.noticeReasons }
        subjectSorts = Dictionary(features.flatMap { $0.subjects }.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        searchSources = features.flatMap { feature in feature.searchSources.map { $0.of(feature.switchName) } }
        waitingSources = features.flatMap { feature in feature.waitingSources.map { $0.of(feature.switchName) } }
        for feature in features {
            for section in feature.sections { section.join(&self, of: feature.switchName) }
            feature.gather(features, into: &self)
        }
    }
}

extension [any Feature.Type] {
    package var migrations: [Migration] { flatMap { $0.migrations } }
    package var actions: [any Operation.Type] { flatMap { $0.actions + $0.lastingActions } }
    package var streams: [any StreamAction.Type] { flatMap { $0.streams } }
    package var liveSources: [LiveSource] { flatMap { $0.liveSources } }
}

/// A feature that cannot work; told at start, never to a visitor.
package struct FeatureError: Error, CustomStringConvertible {
    package let description: String
}

extension [any Feature.Type] {
    /// Throws what is wrong: a feature that could not be switched off everywhere, a part of a page without a template, or a name
    /// with two meanings.
    package func check(templates: some Sequence<String>) throws {
        let templates = Set(templates)
        if let section = flatMap({ $0.sections }).first(where: { !templates.contains($0.template) }) {
            throw FeatureError(description: "There is no template “\(section.template)” for a part of a page.")
        }
        for feature in self {
            guard let name = feature.switchName else { continue }
            if !feature.rawActions.isEmpty {
                throw FeatureError(description: "The feature “\(name)” has raw actions, which nobody asks whether it is on.")
            }
            let routes = feature.actions.map { $0.route } + feature.streams.map { $0.route }
            if let route = routes.first(where: { !$0.description.contains("{enterprise}") }) {
                throw FeatureError(description: "“\(route)” says no enterprise, so that “\(name)” could not be switched off.")
            }
        }
        let parts = flatMap { $0.sections }
        if let double = Dictionary(grouping: parts, by: { "\($0.page).\($0.name)" }).first(where: { $0.value.count > 1 }) {
            throw FeatureError(description: "Two parts of a page are called “\(double.key)”.")
        }
        if let double = EventTypes(flatMap { $0.events }).double {
            throw FeatureError(description: "Two types of event are called “\(double)”.")
        }
        var meanings: [String: Permission] = [:]
        for feature in self {
            for (name, permission) in feature.abilities {
                if let other = meanings.updateValue(permission, forKey: name), other != permission {
                    throw FeatureError(description: "Two features mean different permissions by “can.\(name)”.")
                }
            }
        }
    }
}

private enum AbilitiesKey: ServiceKey { static let defaultValue: [String: Permission] = [:] }

extension Kernel {
    package var abilities: [String: Permission] {
        get { self[AbilitiesKey.self] }
        set { self[AbilitiesKey.self] = newValue }
    }
}

private enum OptionalKey: ServiceKey { static let defaultValue: [any OptionalFeature.Type] = [] }

extension Kernel {
    /// What enterprises can do without.
    package var optional: [any OptionalFeature.Type] {
        get { self[OptionalKey.self] }
        set { self[OptionalKey.self] = newValue }
    }
}

private enum EventTypesKey: ServiceKey { static let defaultValue = EventTypes([]) }

extension Kernel {
    package var eventTypes: EventTypes {
        get { self[EventTypesKey.self] }
        set { self[EventTypesKey.self] = newValue }
    }
}
