// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// A place that staff can go to from every page.
package struct Place: Sendable {
    /// The parts of the menu, from top to bottom.
    package enum Section: Sendable, CaseIterable {
        case work, network, house

        var heading: Phrase? {
            switch self {
            case .work: nil
            case .network: "Network"
            case .house: "House"
            }
        }
    }

    package let section: Section
    /// Its rank within the section, the smallest first.
    package let order: Int
    package let label: Phrase
    /// Below the enterprise's own address: `cases`.
    package let path: String
    /// Who may go there; `nil` for every member.
    package let permission: Permission?
    /// The feature that it leads to, if that can be switched off.
    package private(set) var feature: String?
    /// A query for how many things wait there for the viewer, which need not count beyond a hundred; zero shows nothing. All
    /// places are counted in one statement.
    package let count: (@Sendable (Desk, StaffCaller) -> SQL)?

    package init(
        _ section: Section, _ order: Int, _ label: Phrase, _ path: String, for permission: Permission? = nil,
        count: (@Sendable (Desk, StaffCaller) -> SQL)? = nil
    ) {
        self.section = section
        self.order = order
        self.label = label
        self.path = path
        self.permission = permission
        self.count = count
    }

    func of(_ feature: String?) -> Place {
        var place = self
        place.feature = feature
        return place
    }
}

private enum MenuKey: ServiceKey { static let defaultValue: [Place] = [] }

extension Kernel {
    package var menu: [Place] {
        get { self[MenuKey.self] }
        set { self[MenuKey.self] = newValue }
    }
}
