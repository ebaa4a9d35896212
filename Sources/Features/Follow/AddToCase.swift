// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Office
import Storage
import Web

/// A customer adds something to their own case. It also goes to the companies that know them already.
package struct AddToCase: Action {
    package struct Input: FormInput {
        let text: String
        let files: [Upload]

        package init(_ form: inout Form) {
            _ = form.path("token")
            text = form.optionalText("text", label: "Message", max: 10_000, multiline: true) ?? ""
            files = form.files("files", label: "Photo", count: 5).map { Upload($0) }
            if text.isEmpty && files.isEmpty { form.reject("text", "There is nothing to send. Write something.") }
        }
    }

    package static let route = Route.post("/{enterprise}/follow/{token}/messages")
    package static let summary = "Add to one's own case"
    package static let access = Follower.Requirement.theirOwnCase
    package static let retryForm: (any Action.Type)? = FollowCase.self
    package static let formName = "add"
    package static let limit: RateLimit? = RateLimit(20, per: .seconds(60), isShared: true)

    package static func run(_ call: Call<Follower, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        try desk.change(call.caller.caseID) { item in
            try desk.checkNotErased(item.customer)
            try desk.add(call.input.text, files: call.input.files, to: &item)
        }
        return .done(goTo: call.caller.href + "#add", notice: "Thank you. We have it.")
    }
}

extension Desk {
    /// The customer's own words in their case.
    package func add(_ text: String, files: [Upload] = [], to item: inout HeldCase) throws {
        let knowing = try handovers.list(of: item.id).filter {
            $0.direction == .outgoing && $0.state == .accepted && $0.sharesContact
        }
        let sharing = try knowing.filter {
            try links.find($0.link).map { $0.isActive && $0.contract?.shares(.messages, accepted: true) == true } ?? false
        }
        let message = Message(
            caseID: item.id, author: .init(.customer, name: actor.name), body: text,
            audience: Audience(customer: true, links: Set(sharing.map(\.link))), sentAt: now)
        try keep(message, files, in: &item)
        let kept = try attachments.list(of: [message.id])[message.id] ?? []
        for handover in sharing { try forward(message, kept, of: item.case, in: handover) }
        if !item.isOpen { try reopen(&item) }
    }
}
