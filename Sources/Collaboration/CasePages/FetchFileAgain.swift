// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// Asks the company that announced a file for it once more.
package struct FetchFileAgain: Action {
    package typealias Input = DownloadFile.Input

    package static let route = Route.post("/{enterprise}/cases/{number}/files/{file}/fetches")
    package static let summary = "Fetch a file again that did not arrive"
    package static let access = Permission.casesWrite

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<FileView> {
        let desk = call.desk(tx)
        return try desk.change(call.input.number) { item in
            let attachment = try desk.attachments.find(call.input.file, of: item.case)
            try desk.fetchAgain(attachment, of: &item)
            let file = try desk.attachments.find(attachment.id) ?? attachment
            return .done(FileView(file, at: desk.now), goTo: desk.path(to: item.case), notice: "It is asked for again.")
        }
    }
}

/// Why a file is not asked for again.
package enum FetchRefusal: Error, Sendable, Equatable {
    case alreadyHere
    /// The company that has it gives nothing any more.
    case linkNotActive(company: String)
}

extension FetchRefusal: Problem {
    package var status: Int { 409 }

    package var type: String {
        switch self {
        case .alreadyHere: "already-here"
        case .linkNotActive: "link-not-active"
        }
    }

    package var title: Phrase { "That file cannot be fetched" }

    package var detail: Phrase {
        switch self {
        case .alreadyHere: "The file has arrived meanwhile. Reload the page to open it."
        case .linkNotActive(let company):
            "The link with \(company) is not active, so it gives no files. Ask them to send it another way."
        }
    }
}

extension Desk {
    /// Waits another week for a file that did not arrive.
    func fetchAgain(_ attachment: Attachment, of item: inout HeldCase) throws {
        guard let sender = attachment.comingOver else { throw FetchRefusal.alreadyHere }
        guard let link = try links.find(sender) else { throw Missing.attachment }
        guard link.isOpen(at: now) else { throw FetchRefusal.linkNotActive(company: link.name) }
        try attachments.wait(for: attachment.digest, over: link.id)
        try fetch(attachment.digest, over: link)
        try note(FileAwaited(), on: &item)
    }
}
