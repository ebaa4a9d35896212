// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// One case, with everything known on one page.
package struct ShowCase: Action {
    package struct Input: FormInput {
        package let number: CaseNumber
        /// Shows what came before this event.
        package let before: Int?
        /// The incoming handover whose answer is being written, and the answer it may pass on.
        package let answer: ID<Handover>?
        package let from: ID<Handover>?
        /// The answer that is being told to the customer.
        package let reply: ID<Handover>?

        package init(_ form: inout Form) {
            number = CaseNumber(&form)
            before = form.optionalInteger("before", label: "Before", in: 1...Int.max)
            answer = form.optionalID("answer", label: "Answer")
            from = form.optionalID("from", label: "From")
            reply = form.optionalID("reply", label: "Reply")
            form.explain(
                "before",
                "Shows the part of the history before this place; an answer's `earlier` is the value for the part before it.")
            form.explain("answer", "Of the page only: opens the form that answers this incoming handover.")
            form.explain("from", "Of the page only: the handover whose answer that form passes on.")
            form.explain("reply", "Of the page only: the handover whose answer the composer tells the customer.")
        }
    }

    package static let route = Route.get("/{enterprise}/cases/{number}")
    package static let summary = "A case with its conversation, handovers and journey"
    package static let access = Permission.casesRead

    package static func run(
        _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Reply<Shown<CaseView, CaseFile>> {
        let desk = call.desk(tx)
        let file = try CaseFile(desk.cases.find(call.input.number), before: call.input.before, for: call.caller, desk)
        return .show(Shown(from: file) { file.view })
            .afterwards(file.customer.flatMap { call.sighting(of: $0.id, at: file.number, desk) })
            .afterwards(try call.reading(file.item.id.uuid, desk))
    }

    package static func page(
        _ output: Shown<CaseView, CaseFile>, _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        try output.material.map { try CasePage($0, call, tx).page() }
    }
}
