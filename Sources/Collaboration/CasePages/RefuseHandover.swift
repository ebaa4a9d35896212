// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage
import Web

/// Declines what another company asks, with a reason; the case is theirs again.
package struct RefuseHandover: Action {
    package typealias Input = HandoverReason

    package static let route = Route.post("/{enterprise}/cases/{number}/handovers/{handover}/refusal")
    package static let summary = "Decline a handover"
    package static let access = Permission.handoversWrite
    package static let retryForm: (any Action.Type)? = ShowCase.self
    package static let formName = "refusal"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<HandoverView> {
        let desk = call.desk(tx)
        try desk.require(call.input.handover, in: call.input.number)
        let handover = try desk.decline(call.input.handover, because: call.input.reason)
        return .done(HandoverView(handover), goTo: try desk.path(to: handover), notice: "Declined. They see your reason.")
    }
}

/// The input of a move that ends a handover without a result.
package struct HandoverReason: FormInput {
    let number: CaseNumber
    let handover: ID<Handover>
    let reason: String

    package init(_ form: inout Form) {
        number = CaseNumber(&form)
        handover = form.path("handover")
        reason = form.optionalText("reason", label: "Reason", max: 2000, multiline: true) ?? ""
    }
}

extension Desk {
    package func decline(_ id: ID<Handover>, because reason: String) throws -> Handover {
        try move(id, .decline(reason: reason)) { HandoverDeclinedV1(handover: $0.id.uuid, reason: reason) }
    }
}
