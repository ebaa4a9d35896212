// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// A file of a case, for staff.
package struct DownloadFile: Action {
    package struct Input: FormInput {
        let number: CaseNumber
        let file: ID<Attachment>

        package init(_ form: inout Form) {
            number = CaseNumber(&form)
            file = form.path("file")
        }
    }

    package static let route = Route.get("/{enterprise}/cases/{number}/files/{file}")
    package static let summary = "A file of a case"
    package static let gives = Gives.file
    package static let access = Permission.casesRead

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        let item = try desk.cases.find(call.input.number)
        return .file(try desk.file(desk.attachments.find(call.input.file, of: item)))
    }
}

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

extension Desk {
    fileprivate func file(_ attachment: Attachment) throws -> File {
        guard attachment.comingOver == nil, let bytes = try attachments.bytes(attachment.digest) else {
            throw Missing.attachment
        }
        return File(name: attachment.name, type: attachment.type, bytes: bytes, digest: attachment.digest.hex)
    }
}
