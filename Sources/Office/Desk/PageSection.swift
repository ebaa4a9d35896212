// SPDX-License-Identifier: Apache-2.0
import Formats
import Web

/// A page to which features add parts, and what they are told of what it shows.
package protocol OpenPage: Sendable {
    /// Where parts can stand, by the names that the page's template and its JSON have for it.
    associatedtype Place: RawRepresentable<String>, Sendable
}

/// A part of another's page that a feature brings: what it says in JSON, and the same on the page, by a template of its own.
package struct PageSection<Page: OpenPage>: Sendable {
    /// As JSON calls it: `presence`.
    package let name: String
    package let place: Page.Place
    package let template: String
    /// The feature that it comes from, if that can be switched off.
    private(set) var feature: String?
    fileprivate let fill: @Sendable (Page, Desk) throws -> FilledSection?

    /// - Parameters:
    ///   - view: what there is to say; `nil` leaves the part out.
    ///   - model: the same for the template, which also finds what the page around it shows.
    package init<View: Codable & Sendable>(
        _ name: String, in place: Page.Place, template: String,
        view: @escaping @Sendable (Page, Desk) throws -> View?,
        model: @escaping @Sendable (View, Page, Desk, Moments) throws -> [Model.Member]
    ) {
        self.name = name
        self.place = place
        self.template = template
        fill = { page, desk in
            try view(page, desk).map { view in
                FilledSection(name: name, place: place.rawValue, template: template, view: view) { desk, moments in
                    try model(view, page, desk, moments)
                }
            }
        }
    }
}

/// A part of a page with what it shows now.
package struct FilledSection: Sendable {
    fileprivate let name: String
    fileprivate let place: String
    fileprivate let template: String
    fileprivate let view: any Encodable & Sendable
    fileprivate let model: @Sendable (Desk, Moments) throws -> [Model.Member]
}

/// The parts that features add to a page, each under its name; a name with two parts is a mistake that is told at start.
package struct Sections: Codable, Sendable {
    private let filled: [FilledSection]

    package init(_ filled: [FilledSection]) { self.filled = filled }

    /// For who reads JSON: what stands in it cannot be shown again.
    package init(from decoder: any Decoder) throws {
        _ = try [String: JSONValue](from: decoder)
        filled = []
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Name.self)
        for section in filled { try members.encode(section.view, forKey: Name(stringValue: section.name)) }
    }

    /// What the page's template shows, by place.
    package func model(_ desk: Desk, _ moments: Moments) throws -> Model {
        var places: [(String, [Model])] = []
        for section in filled {
            let model: Model = .object(try section.model(desk, moments) + [("template", .text(section.template))])
            if let index = places.firstIndex(where: { $0.0 == section.place }) {
                places[index].1.append(model)
            } else {
                places.append((section.place, [model]))
            }
        }
        return .object(places.map { ($0.0, .list($0.1)) })
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// A part that a feature brings, of whatever page.
package protocol PagePart: Sendable {
    var name: String { get }
    /// The name of the page.
    var page: String { get }
    var template: String { get }
    func join(_ kernel: inout Kernel, of feature: String?)
}

extension PageSection: PagePart {
    package var page: String { "\(Page.self)" }

    package func join(_ kernel: inout Kernel, of feature: String?) {
        var section = self
        section.feature = feature
        kernel[SectionsKey<Page>.self].append(section)
    }
}

private enum SectionsKey<Page: OpenPage>: ServiceKey {
    static var defaultValue: [PageSection<Page>] { [] }
}

extension Desk {
    /// What features add to a page here, in the order of the features.
    package func sections<Page: OpenPage>(of page: Page) throws -> Sections {
        Sections(
            try kernel[SectionsKey<Page>.self].compactMap { section in
                enterprise.has(section.feature) ? try section.fill(page, self) : nil
            })
    }
}
