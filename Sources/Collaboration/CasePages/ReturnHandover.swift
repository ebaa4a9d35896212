// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage
import Web

/// Gives an accepted handover back without a result.
package struct ReturnHandover: Action {
    package typealias Input = HandoverReason

    package static let route = Route.post("/{enterprise}/cases/{number}/handovers/{handover}/return")
    package static let summary = "Return a handover"
    package static let access = Permission.handoversWrite
    package static let retryForm: (any Action.Type)? = ShowCase.self
    package static let formName = "return"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<HandoverView> {
        let desk = call.desk(tx)
        try desk.require(call.input.handover, in: call.input.number)
        let handover = try desk.giveBack(call.input.handover, because: call.input.reason)
        return .done(HandoverView(handover), goTo: try desk.path(to: handover), notice: "Returned. They see your reason.")
    }
}

extension Desk {
    package func giveBack(_ id: ID<Handover>, because reason: String) throws -> Handover {
        try move(id, .giveBack(reason: reason)) { HandoverReturnedV1(handover: $0.id.uuid, reason: reason) }
    }
}
