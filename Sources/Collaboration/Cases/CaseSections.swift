// SPDX-License-Identifier: Apache-2.0
import Office
import Web

/// A feature that adds to a case's page.
package protocol CasePageFeature: Feature {
    static var caseSections: [CaseSection] { get }
}

/// A part of a case's page that a feature brings, with a template of its own.
package struct CaseSection: Sendable {
    package enum Place: String, Sendable {
        /// In a line below the conversation.
        case below
    }

    package let place: Place
    package let template: String
    /// The feature that it comes from, if that can be switched off.
    private(set) var feature: String?
    package let model: @Sendable (Case, Desk, StaffCaller) throws -> [String: Model]

    /// - Parameter model: what the template shows of a case to somebody.
    package init(
        _ place: Place, template: String, _ model: @escaping @Sendable (Case, Desk, StaffCaller) throws -> [String: Model]
    ) {
        self.place = place
        self.template = template
        self.model = model
    }

    func of(_ feature: String?) -> CaseSection {
        var section = self
        section.feature = feature
        return section
    }
}

private enum CaseSectionsKey: ServiceKey { static let defaultValue: [CaseSection] = [] }

extension Kernel {
    package var caseSections: [CaseSection] {
        get { self[CaseSectionsKey.self] }
        set { self[CaseSectionsKey.self] = newValue }
    }
}

extension Desk {
    /// What features add to a case's page, by place.
    func sections(of item: Case, for viewer: StaffCaller) throws -> [String: Model] {
        try kernel.caseSections.filter { enterprise.has($0.feature) }.reduce(into: [:]) { sections, section in
            var model = try section.model(item, self, viewer)
            model["template"] = .text(section.template)
            let before: [Model] = if case .list(let models)? = sections[section.place.rawValue] { models } else { [] }
            sections[section.place.rawValue] = .list(before + [.object(Array(model))])
        }
    }
}
