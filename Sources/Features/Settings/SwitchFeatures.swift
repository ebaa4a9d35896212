// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// A feature that can be switched on and off.
package struct FeatureView: Codable, Sendable {
    package let name: String
    package let title: String
    package let purpose: String
    package let isOn: Bool
    /// What is open in it, such as cases of its kinds, counted to a hundred: it stays, and can be finished, when it is switched off.
    package let openWork: Int

    init(_ feature: any OptionalFeature.Type, _ desk: Desk) throws {
        name = feature.name
        title = feature.title.key
        purpose = feature.purpose.key
        isOn = desk.enterprise.has(feature.name)
        openWork = min(try feature.openWork(desk), 100)
    }

    var model: Model {
        [
            "name": .text(name), "title": .message(Phrase(stringLiteral: title)),
            "purpose": .message(Phrase(stringLiteral: purpose)), "on": .flag(isOn),
            "open": openWork == 0 ? .none : .text(openWork < 100 ? "\(openWork)" : "99+"),
        ]
    }
}

/// Says which features the enterprise uses.
package struct SwitchFeatures: Action {
    package struct Input: FormInput {
        let on: [String]

        package init(_ form: inout Form) {
            on = form.list("on", label: "Switched on", max: 40, count: 100)
            if !form.isSent("on") { form.reject("on", "Say which features are on; an empty list switches all of them off.") }
        }
    }

    package static let route = Route.post("/{enterprise}/settings/features")
    package static let summary = "Switch features on, and all others off"
    package static let access = Permission.settingsManage
    package static let retryForm: (any Action.Type)? = ShowSettings.self
    package static let formName = "features"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let known = Set(call.services.kernel.optional.map { $0.name })
        if let unknown = call.input.on.first(where: { !known.contains($0) }) {
            throw InvalidInput([FieldError("on", "There is no feature “\(unknown)” that could be switched.")])
        }
        let enterprise = call.caller.enterprise
        // Those that only another version of the program knows stay as they are.
        let off = enterprise.switchedOff.subtracting(known).union(known.subtracting(call.input.on))
        try EnterpriseStore(tx).switchOff(off, of: enterprise.id)
        let event = FeaturesSwitched(
            on: enterprise.switchedOff.subtracting(off).sorted(), off: off.subtracting(enterprise.switchedOff).sorted())
        if !event.on.isEmpty || !event.off.isEmpty { try call.desk(tx).record(event, on: enterprise.id.uuid) }
        return .done(goTo: "/\(enterprise.slug)/settings", notice: "Saved.")
    }
}
