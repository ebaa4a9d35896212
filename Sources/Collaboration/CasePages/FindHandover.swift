// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// A handover by its id, and the case that it is about. A browser is sent to the case.
package struct FindHandover: Action {
    package struct Input: FormInput {
        package let handover: ID<Handover>

        package init(_ form: inout Form) { handover = form.path("handover") }
    }

    package struct View: Codable, Sendable {
        package let handover: HandoverView
        /// The case's number, `V-1042`, and title.
        package let number: String
        package let title: String
        /// The address of the case.
        package let path: String
    }

    package static let route = Route.get("/{enterprise}/handovers/{handover}")
    package static let summary = "A handover by its id, and the case that it is about"
    package static let access = Permission.casesRead

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<View> {
        let desk = call.desk(tx)
        guard let handover = try desk.handovers.find(call.input.handover) else { throw Missing.handover }
        guard let item = try desk.cases.find(handover.caseID) else { throw Missing.case }
        let sent = try handover.answer?.message.map { try desk.attachments.list(of: [$0])[$0] ?? [] } ?? []
        let view = HandoverView(
            handover, company: try desk.links.find(handover.link)?.name, files: sent.map { FileView($0, at: desk.now) })
        let path = desk.path(to: item)
        return .done(
            View(handover: view, number: desk.enterprise.reference(item.number), title: item.title, path: path), goTo: path)
    }
}
