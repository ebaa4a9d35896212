// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

extension StaffCaller {
    package func frame(_ credentials: Credentials, _ services: Services, _ tx: Transaction) throws -> [String: Model] {
        let desk = Desk(self, services.kernel, tx, now: credentials.now)
        return try StaffFrame(caller: self, target: credentials.target, desk: desk).model()
    }
}

/// What surrounds every page of staff: where they can go, who they are, and what they may do.
private struct StaffFrame {
    let caller: StaffCaller
    /// The path asked for, which marks the present place.
    let target: String
    let desk: Desk

    func model() throws -> [String: Model] {
        [
            "enterprise": caller.enterprise.model, "zone": .text(caller.member.timeZone), "nav": .list(try navigation()),
            "viewer": [
                "name": .text(caller.member.name), "initials": .text(caller.member.name.initials),
                "firstName": .text(
                    caller.member.name.split(separator: " ").first.map(String.init) ?? caller.member.name),
                "role": .object([caller.member.role.rawValue: true]),
            ],
            "bell": try bell(),
            "can": .object(desk.kernel.abilities.map { ($0.key, .flag(caller.may($0.value))) }),
        ]
    }

    /// What one is told of and has not read, for those who have an account of their own.
    private func bell() throws -> Model {
        guard caller.session != nil, let unread = desk.kernel.unread else { return .none }
        let count = try unread(desk, caller.member.id)
        return [
            "href": .text("/\(caller.enterprise.slug)/notices"), "count": count == 0 ? .none : .text(count < 100 ? "\(count)" : "99+"),
        ]
    }

    private func navigation() throws -> [Model] {
        try Place.Section.allCases.compactMap { section in
            let places = desk.kernel.menu.filter {
                $0.section == section && ($0.permission.map(caller.may) ?? true) && caller.enterprise.has($0.feature)
            }
            guard !places.isEmpty else { return nil }
            return [
                "heading": section.heading.map { .message($0) } ?? .none,
                "items": .list(try places.sorted { $0.order < $1.order }.map(item)),
            ]
        }
    }

    private func item(_ place: Place) throws -> Model {
        let href = "/\(caller.enterprise.slug)/\(place.path)"
        let path = target.prefix { $0 != "?" }
        let count = try place.count?(desk, caller) ?? 0
        return [
            "label": .message(place.label), "href": .text(href),
            "count": count == 0 ? .none : .text(count < 100 ? "\(count)" : "99+"),
            "current": .flag(path == href || path.hasPrefix(href + "/")),
        ]
    }
}
