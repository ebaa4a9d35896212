// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// A file of a case, for staff.
package struct DownloadFile: Action {
    package struct Input: FormInput {
        package let number: CaseNumber
        package let file: ID<Attachment>

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
            .afterwards(item.customer.flatMap { call.sighting(of: $0, at: desk.enterprise.reference(item.number), desk) })
    }
}

extension Desk {
    package func file(_ attachment: Attachment) throws -> File {
        guard attachment.comingOver == nil, let bytes = try attachments.bytes(attachment.digest) else {
            throw Missing.attachment
        }
        return File(name: attachment.name, type: attachment.type, bytes: bytes, digest: attachment.digest.hex)
    }
}
