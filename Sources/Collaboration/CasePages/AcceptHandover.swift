// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage
import Web

/// Takes on what another company asks.
package struct AcceptHandover: Action {
    package struct Input: FormInput {
        package let number: CaseNumber
        package let handover: ID<Handover>

        package init(_ form: inout Form) {
            number = CaseNumber(&form)
            handover = form.path("handover")
        }
    }

    package static let route = Route.post("/{enterprise}/cases/{number}/handovers/{handover}/acceptance")
    package static let summary = "Accept a handover"
    package static let access = Permission.handoversWrite
    package static let retryForm: (any Action.Type)? = ShowCase.self

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<HandoverView> {
        let desk = call.desk(tx)
        try desk.require(call.input.handover, in: call.input.number)
        let handover = try desk.accept(call.input.handover)
        return .done(HandoverView(handover), goTo: try desk.path(to: handover), notice: "Accepted. It is yours now.")
    }
}

extension Desk {
    package func accept(_ id: ID<Handover>) throws -> Handover {
        try move(id, .accept) { handover in
            HandoverAcceptedV1(handover: handover.id.uuid)
        } then: { _, item, _ in
            try advance(&item)
            if item.owner == nil, case .member(let member, _) = actor { try assign(&item, to: member) }
        }
    }

    /// A handover is found under the number of its own case, and under no other.
    package func require(_ id: ID<Handover>, in number: CaseNumber) throws {
        guard let handover = try handovers.find(id), try cases.find(number).id == handover.caseID else {
            throw Missing.handover
        }
    }

    /// The address of the case that a handover is about.
    package func path(to handover: Handover) throws -> String {
        guard let item = try cases.find(handover.caseID) else { throw Missing.case }
        return path(to: item)
    }
}
