// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

extension StaffCaller {
    package func frame(_ credentials: Credentials, _ services: Services, _ tx: Transaction) throws -> [String: Model] {
        StaffFrame(caller: self, target: credentials.target).model
    }
}

/// What surrounds every page of staff: where they can go, who they are, and what they may do.
struct StaffFrame {
    let caller: StaffCaller
    /// The path asked for, which marks the present place.
    let target: String

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
            ],
        ]
    }

    private var navigation: [Model] {
        var groups: [Model] = [
            ["items": .list([item("Today", "today"), item("Cases", "cases"), item("Customers", "customers")])]
        ]
        if caller.may(.linksManage) {
            groups.append(["heading": .message("Network"), "items": .list([item("Partners", "links")])])
        }
        var house: [Model] = []
        if caller.may(.membersManage) { house += [item("Members", "members"), item("Teams", "teams")] }
        if caller.may(.tokensManage) { house.append(item("API tokens", "tokens")) }
        if caller.may(.settingsManage) { house.append(item("Settings", "settings")) }
        groups.append(["heading": .message("House"), "items": .list(house)])
        return groups
    }

    private func item(_ label: Web.Message, _ path: String) -> Model {
        let href = "/\(caller.enterprise.slug)/\(path)"
        let place = target.prefix { $0 != "?" }
        return [
            "label": .message(label), "href": .text(href),
            "current": .flag(place == href || place.hasPrefix(href + "/")),
        ]
    }
}
