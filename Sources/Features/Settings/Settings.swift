// SPDX-License-Identifier: Apache-2.0
import Foundation
import Office
import Storage
import Web

/// What others see of the enterprise.
package struct ShowSettings: Action {
    package typealias Input = NoInput

    package static let route = Route.get("/{enterprise}/settings")
    package static let summary = "The enterprise's name, colour, place, time zone and address, and the features it uses"
    package static let access = Permission.settingsManage

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<SettingsView> {
        let enterprise = call.caller.enterprise
        let desk = call.desk(tx)
        return .show(
            SettingsView(
                enterprise, features: try desk.kernel.optional.map { try FeatureView($0, desk) },
                sections: try desk.sections(of: SettingsPage(call.caller, at: call.origin.authority))))
    }

    package static func page(
        _ output: SettingsView, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        let enterprise = call.caller.enterprise
        let chosenZone = call.typed("timeZone", in: "settings").first ?? enterprise.timeZone
        return Page(
            "settings", title: "Settings",
            [
                "colours": .list((1...12).map { ["value": .number($0), "selected": .flag($0 == enterprise.colour)] }),
                "timeZones": .list(TimeZones.all.map { $0.model(isSelected: $0.name == chosenZone, at: call.now) }),
                "features": .list(output.features.map(\.model)),
                "sections": try output.sections.model(call.desk(tx), Moments(call.caller.locale, now: call.now)),
                "forms": [
                    "settings": [
                        "name": ["value": .text(enterprise.name)], "place": ["value": .text(enterprise.place)],
                        "intro": ["value": .text(enterprise.intro)],
                        "followDays": ["value": .text(enterprise.followDays.map(String.init))],
                    ]
                ],
            ])
    }
}

package struct SettingsView: Codable, Sendable {
    package let slug: String
    package let name: String
    package let colour: Int
    package let place: String
    package let intro: String
    package let timeZone: String
    /// How many days a customer's link works after their case was closed; `nil` for ever.
    package let followDays: Int?
    /// What the enterprise can do without.
    package let features: [FeatureView]
    /// What features add, by their names.
    package let sections: Sections

    init(_ enterprise: Enterprise, features: [FeatureView], sections: Sections) {
        self.features = features
        self.sections = sections
        slug = enterprise.slug
        name = enterprise.name
        colour = enterprise.colour
        place = enterprise.place
        intro = enterprise.intro
        timeZone = enterprise.timeZone
        followDays = enterprise.followDays
    }
}

/// Changes what others see of the enterprise.
package struct ChangeSettings: Action {
    package struct Input: FormInput {
        let name: String
        let colour: Int
        let place: String
        let intro: String
        /// `nil` leaves it as it is.
        let timeZone: String?
        let followDays: Int?
        let changesFollowDays: Bool

        package init(_ form: inout Form) {
            name = form.text("name", label: "Name", max: 200)
            colour = form.integer("colour", label: "Colour", in: 1...12)
            place = form.optionalText("place", label: "Place", max: 200) ?? ""
            intro = form.optionalText("intro", label: "Greeting", max: 1000, multiline: true) ?? ""
            timeZone = form.optionalText("timeZone", label: "Time zone", max: 60)
            followDays = form.optionalInteger("followDays", label: "Days that a customer’s link works", in: 1...3650)
            changesFollowDays = form.isSent("followDays")
        }
    }

    package static let route = Route.post("/{enterprise}/settings")
    package static let summary = "Change the enterprise's name, colour, place, greeting, time zone, and how long customers' links work"
    package static let access = Permission.settingsManage
    package static let retryForm: (any Action.Type)? = ShowSettings.self
    package static let formName = "settings"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let before = call.caller.enterprise
        var enterprise = before
        enterprise.name = call.input.name
        enterprise.colour = call.input.colour
        enterprise.place = call.input.place
        enterprise.intro = call.input.intro
        if let zone = call.input.timeZone {
            guard TimeZone(identifier: zone) != nil else { throw MemberRefusal.unknownTimeZone }
            enterprise.timeZone = zone
        }
        if call.input.changesFollowDays { enterprise.followDays = call.input.followDays }
        try EnterpriseStore(tx).save(enterprise)
        let changes = FieldChange.among(
            ("name", before.name, enterprise.name), ("colour", "\(before.colour)", "\(enterprise.colour)"),
            ("place", before.place, enterprise.place), ("greeting", before.intro, enterprise.intro),
            ("time zone", before.timeZone, enterprise.timeZone),
            ("days that a link works", before.followDays.map(String.init) ?? "", enterprise.followDays.map(String.init) ?? ""))
        if !changes.isEmpty { try call.desk(tx).record(SettingsChanged(changes: changes), on: enterprise.id.uuid) }
        return .done(goTo: "/\(enterprise.slug)/settings", notice: "Saved.")
    }
}
