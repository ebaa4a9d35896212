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
        let counts = try counts
        return [
            "enterprise": caller.enterprise.model, "zone": .text(caller.member.timeZone), "nav": .list(navigation(counts)),
            "viewer": [
                "name": .text(caller.member.name), "initials": .text(caller.member.name.initials),
                "firstName": .text(
                    caller.member.name.split(separator: " ").first.map(String.init) ?? caller.member.name),
                "role": .object([caller.member.role.rawValue: true]),
            ],
            "bell": bell(counts.unread),
            "can": .object(desk.kernel.abilities.map { ($0.key, .flag(caller.may($0.value))) }),
        ]
    }

    /// What waits in each place that says so, by its path, and what the viewer has not read; all in one statement.
    private var counts: (waiting: [String: Int], unread: Int?) {
        get throws {
            let counted = places.filter { $0.count != nil }
            let unread = caller.session == nil ? nil : desk.kernel.unread?(desk, caller.member.id)
            let queries = counted.compactMap { $0.count?(desk, caller) } + [unread].compactMap(\.self)
            guard !queries.isEmpty else { return ([:], nil) }
            let columns: [SQL] = queries.map { "(\($0))" }
            let found: [Int] = try desk.tx.first("SELECT \(columns.joined(separator: ", "))") { row in
                try queries.map { _ in try row.next() }
            } ?? []
            let waiting = Dictionary(zip(counted.map(\.path), found), uniquingKeysWith: { first, _ in first })
            return (waiting, unread == nil ? nil : found.last)
        }
    }

    /// What one is told of and has not read, for those who have an account of their own.
    private func bell(_ count: Int?) -> Model {
        guard let count else { return .none }
        return [
            "href": .text("/\(caller.enterprise.slug)/notices"), "count": count == 0 ? .none : .text(count < 100 ? "\(count)" : "99+"),
        ]
    }

    private var places: [Place] {
        desk.kernel.menu.filter { ($0.permission.map(caller.may) ?? true) && caller.enterprise.has($0.feature) }
    }

    private func navigation(_ counts: (waiting: [String: Int], unread: Int?)) -> [Model] {
        Place.Section.allCases.compactMap { section in
            let places = places.filter { $0.section == section }
            guard !places.isEmpty else { return nil }
            return [
                "heading": section.heading.map { .message($0) } ?? .none,
                "items": .list(places.sorted { $0.order < $1.order }.map { item($0, counts.waiting[$0.path] ?? 0) }),
            ]
        }
    }

    private func item(_ place: Place, _ count: Int) -> Model {
        let href = "/\(caller.enterprise.slug)/\(place.path)"
        let path = target.prefix { $0 != "?" }
        return [
            "label": .message(place.label), "href": .text(href),
            "count": count == 0 ? .none : .text(count < 100 ? "\(count)" : "99+"),
            "current": .flag(path == href || path.hasPrefix(href + "/")),
        ]
    }
}
