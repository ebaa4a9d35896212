// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage
import Web

/// Takes back an ask that another company has not settled yet.
package struct WithdrawHandover: Action {
    package typealias Input = HandoverReason

    package static let route = Route.post("/{enterprise}/cases/{number}/handovers/{handover}/withdrawal")
    package static let summary = "Withdraw a handover"
    package static let access = Permission.handoversWrite
    package static let retryForm: (any Action.Type)? = ShowCase.self
    package static let formName = "withdrawal"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<HandoverView> {
        let desk = call.desk(tx)
        try desk.require(call.input.handover, in: call.input.number)
        let handover = try desk.withdraw(call.input.handover, because: call.input.reason)
        return .done(HandoverView(handover), goTo: try desk.path(to: handover), notice: "Withdrawn. The case is with you.")
    }
}

extension Desk {
    package func withdraw(_ id: ID<Handover>, because reason: String) throws -> Handover {
        try move(id, .withdraw(reason: reason)) { HandoverWithdrawnV1(handover: $0.id.uuid, reason: reason) }
    }
}
