// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

extension StaffCaller {
    package func frame(_ credentials: Credentials, _ services: Services, _ tx: Transaction) throws -> [String: Model] {
        let desk = Desk(self, services.kernel, tx, now: credentials.now)
        var filter = CaseFilter()
        let open = try desk.cases.count(filter, by: member.id)
        filter.holding = .us
        filter.ownership = .mine
        let mine = try desk.cases.count(filter, by: member.id)
        return StaffFrame(caller: self, target: credentials.target, open: open, mine: mine).model
    }
}

/// What surrounds every page of staff: where they can go, who they are, and what they may do.
struct StaffFrame {
    let caller: StaffCaller
    /// The path asked for, which marks the present place.
    let target: String
    /// Open cases, and those of the viewer that lie with us; counted to a hundred.
    let open: Int
    let mine: Int

    var model: [String: Model] {
        [
            "enterprise": caller.enterprise.model, "zone": .text(caller.member.timeZone), "nav": .list(navigation),
            "viewer": [
                "name": .text(caller.member.name), "initials": .text(caller.member.name.initials),
                "firstName": .text(
                    caller.member.name.split(separator: " ").first.map(String.init) ?? caller.member.name),
                "role": .object([caller.member.role.rawValue: true]),
            ],
            "can": [
                "reply": .flag(caller.may(.casesWrite)), "handOver": .flag(caller.may(.handoversWrite)),
                "triage": .flag(caller.may(.casesWrite)), "open": .flag(caller.may(.casesWrite)),
                "editCustomer": .flag(caller.may(.customersWrite)), "administer": .flag(caller.may(.linksManage)),
                "erase": .flag(caller.may(.customersErase)),
            ],
        ]
    }

    private var navigation: [Model] {
        var groups: [Model] = [
            [
                "items": .list([
                    item("Today", "today", mine), item("Cases", "cases", open), item("Customers", "customers"),
                ])
            ]
        ]
        if caller.may(.linksManage) {
            groups.append(["heading": .message("Network"), "items": .list([item("Partners", "links")])])
        }
        var house: [Model] = []
        if caller.may(.membersManage) { house += [item("Members", "members"), item("Teams", "teams")] }
        if caller.may(.tokensManage) { house.append(item("API tokens", "tokens")) }
        if caller.may(.settingsManage) { house.append(item("Settings", "settings")) }
        if !house.isEmpty { groups.append(["heading": .message("House"), "items": .list(house)]) }
        return groups
    }

    private func item(_ label: Web.Message, _ path: String, _ count: Int = 0) -> Model {
        let href = "/\(caller.enterprise.slug)/\(path)"
        let place = target.prefix { $0 != "?" }
        return [
            "label": .message(label), "href": .text(href),
            "count": count == 0 ? .none : .text(count < 100 ? "\(count)" : "99+"),
            "current": .flag(place == href || place.hasPrefix(href + "/")),
        ]
    }
}
