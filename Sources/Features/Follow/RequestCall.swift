// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// A customer would rather be called.
package struct RequestCall: Action {
    package struct Input: FormInput {
        let phone: String
        let when: String

        package init(_ form: inout Form) {
            _ = form.path("token")
            phone = form.text("phone", label: "Your number", max: 40)
            when = form.optionalText("when", label: "When suits you?", max: 200) ?? ""
            if !phone.isEmpty, !ContactPoint(channel: .phone, value: phone).isPlausible {
                form.reject("phone", "“\(phone)” is not a phone number. Write it like +32 470 12 34 56.")
            }
        }
    }

    package static let route = Route.post("/{enterprise}/follow/{token}/calls")
    package static let summary = "Ask to be called about one's own case"
    package static let access = Follower.Requirement.theirOwnCase
    package static let retryForm: (any Action.Type)? = FollowCase.self
    package static let formName = "call"
    package static let limit: RateLimit? = RateLimit(5, per: .seconds(60), isShared: true)

    package static func run(_ call: Call<Follower, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let (desk, input) = (call.desk(tx), call.input)
        // Before the case, as everybody does who holds both.
        if let customer = call.caller.customer { _ = try desk.customers.take(customer) }
        try desk.change(call.caller.caseID) { item in
            try desk.checkNotErased(item.customer)
            try desk.requestCall(of: &item, on: input.phone, when: input.when)
        }
        return .done(goTo: call.caller.href, notice: "We will call you.")
    }
}

extension Desk {
    /// Notes the wish, and the number as the customer's preferred way to be reached.
    func requestCall(of item: inout HeldCase, on phone: String, when: String) throws {
        if let id = item.customer, var customer = try customers.take(id) {
            let wish = ContactPoint(channel: .phone, value: phone, isPreferred: true, note: when)
            let others = try customers.contactPoints(of: id).filter { $0.normalised != wish.normalised }.map {
                ContactPoint(channel: $0.channel, value: $0.value, note: $0.note)
            }
            customer.revision += 1
            try customers.save(customer, reachedBy: [wish] + others)
            try shareCorrection(of: id, holding: &item)
        }
        try note(CallRequested(phone: phone, when: when), on: &item)
    }
}

package struct CallRequested: CaseEvent {
    package static let type = "call.requested"
    package static let word: OwnersWord? = .said
    package static let personal: Set<String> = ["phone", "when"]
    package let phone: String
    /// When it suits them, in their own words; empty if they did not say.
    package let when: String

    package var reached: [ContactPoint] { phone.isEmpty ? [] : [ContactPoint(channel: .phone, value: phone)] }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? {
        let what = [phone, when].filter { !$0.isEmpty }.joined(separator: ", ")
        return what.isEmpty ? "\(event.actorName) asks to be called" : "\(event.actorName) asks to be called: “\(what)”"
    }
}

/// Calls that customers asked for; what of them is personal goes with the events.
enum CallData: PersonalData {
    static let name = "calls"

    private struct Asked: Encodable, Sendable {
        let at: Timestamp
        let phone: String
        let when: String
    }

    static func export(of item: Case, _ desk: Desk) throws -> (any Encodable & Sendable)? {
        let asked: [Asked] = try desk.events(of: item.id.uuid, only: [CallRequested.type]).compactMap { event in
            try event.data(as: CallRequested.self).map { Asked(at: event.at, phone: $0.phone, when: $0.when) }
        }
        return asked.isEmpty ? nil : asked
    }
}
