// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// A file that came with a message to the customer, or from them.
package struct DownloadOwnFile: Action {
    package struct Input: FormInput {
        let file: ID<Attachment>

        package init(_ form: inout Form) {
            _ = form.path("token")
            file = form.path("file")
        }
    }

    package static let route = Route.get("/{enterprise}/follow/{token}/files/{file}")
    package static let summary = "A file of one's own case"
    package static let gives = Gives.file
    package static let access = Follower.Requirement.theirOwnCase

    package static func run(_ call: Call<Follower, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        guard let attachment = try desk.attachments.find(call.input.file), attachment.caseID == call.caller.caseID,
            try desk.messages.find(attachment.message)?.audience.customer == true
        else { throw Missing.attachment }
        return .file(try desk.file(attachment))
    }
}
