// SPDX-License-Identifier: Apache-2.0
import Exchange
import HTTPMessageSignatures
import Storage
import Web

private enum ExchangeKey: ServiceKey {
    static let defaultValue: ExchangeNode? = nil
}

extension Services {
    /// The node's part in the exchange; nil answers peers with 503.
    package var exchange: ExchangeNode? {
        get { self[ExchangeKey.self] }
        set { self[ExchangeKey.self] = newValue }
    }
}

/// What other nodes call. Who calls is proved by signatures, in `ExchangeNode.answer`.
package enum ExchangeActions {
    package static let all: [any RawAction.Type] = [
        ShowStatement.self, PostBatch.self, PullEvents.self, PostReceipts.self, PostAcceptance.self,
        ShowDigest.self, PostConfirmation.self, PullConfirmation.self, PostStatement.self,
        SendAttachment.self, ListWantedAttachments.self, TakeAttachment.self,
    ]
}

private protocol ExchangeAction: RawAction {
    /// The media types of what it takes and gives.
    static var takes: String? { get }
    static var gives: String { get }
    /// Names in the query that it needs.
    static var query: [String] { get }
}

extension ExchangeAction {
    package static var takes: String? { nil }
    package static var query: [String] { [] }

    package static var exchanged: RawExchange {
        RawExchange(
            takes: takes, gives: gives, statuses: ExchangeStatus.allCases.map(\.rawValue),
            headers: ["Signature-Input", "Signature", RequestProfile.destinationField], query: query)
    }

    /// Whatever can be said against a request without its body is said before that is read.
    package static func refuse(_ head: RawCall, _ database: Database) async throws -> RawReply? {
        guard head.method == .post, let node = head.services.exchange else { return nil }
        return await node.refuse(head: PeerRequest(head, body: nil)).map(RawReply.init)
    }

    /// The tables are opened by the node itself, which knows them.
    package static func run(_ call: RawCall, _ database: Database) async throws -> RawReply {
        guard let node = call.services.exchange else { return RawReply(status: ExchangeStatus.unavailable.rawValue) }
        return RawReply(await node.answer(PeerRequest(call, body: call.method == .get ? nil : call.body)))
    }
}

extension PeerRequest {
    fileprivate init(_ call: RawCall, body: [UInt8]?) {
        self.init(
            method: call.method.rawValue, url: call.targetURI,
            fields: call.headers.fields.map { Field($0.name, $0.value) }, body: body)
    }
}

extension RawReply {
    fileprivate init(_ response: PeerResponse) {
        self.init(
            status: response.status, headers: Headers(response.fields.map { ($0.name, $0.value) }), body: response.body)
    }
}

private enum ShowStatement: ExchangeAction {
    static let route = Route.get("/.well-known/entente/{enterprise}")
    static let summary = "An enterprise's statement: who it is, its keys and endpoints"
    static let gives = Statement.contentType
    /// Anybody may look, unsigned.
    static let exchanged = RawExchange(gives: gives, statuses: [200, 404])
}

private enum PostBatch: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/inbox")
    static let summary = "Take events from a linked enterprise"
    static let bodyLimit = Batch.maxBytes
    static let takes: String? = Batch.contentType
    static let gives = Receipts.contentType
}

private enum PullEvents: ExchangeAction {
    static let route = Route.get("/{enterprise}/exchange/outbox")
    static let summary = "Give a linked enterprise what waits for it"
    static let gives = Batch.contentType
    static let query = ["link"]
}

private enum PostReceipts: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/outbox")
    static let summary = "Take receipts for events that were pulled"
    static let bodyLimit = Batch.maxBytes
    static let takes: String? = Receipts.contentType
    static let gives = Receipts.contentType
    static let query = ["link"]
}

private enum PostAcceptance: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/invitations")
    static let summary = "Take the acceptance of an invitation"
    static let bodyLimit = 256 * 1024
    static let limit: RateLimit? = RateLimit(30, per: .seconds(60))
    static let takes: String? = Acceptance.contentType
    static let gives = Acceptance.contentType
}

private enum ShowDigest: ExchangeAction {
    static let route = Route.get("/{enterprise}/exchange/links/{link}/digest")
    static let summary = "Where the conversations of a link stand"
    static let gives = LinkDigest.contentType
}

private enum PostConfirmation: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/links/{link}/confirmation")
    static let summary = "Take the confirmation of a link"
    static let bodyLimit = 256 * 1024
    static let takes: String? = Confirmation.contentType
    static let gives = Confirmation.contentType
}

private enum PullConfirmation: ExchangeAction {
    static let route = Route.get("/{enterprise}/exchange/links/{link}/confirmation")
    static let summary = "Give the confirmation of a link to a linked enterprise that cannot be reached"
    static let gives = Confirmation.contentType
}

private enum PostStatement: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/links/{link}/statement")
    static let summary = "Take a linked enterprise's new statement"
    static let bodyLimit = Statement.maxBytes
    static let limit: RateLimit? = RateLimit(120, per: .seconds(60))
    static let takes: String? = Statement.contentType
    static let gives = Statement.contentType
}

private enum SendAttachment: ExchangeAction {
    static let route = Route.get("/{enterprise}/exchange/attachments/{digest}")
    static let summary = "Give a linked enterprise the bytes of an attachment"
    static let gives = ExchangeNode.bytesType
}

private enum ListWantedAttachments: ExchangeAction {
    static let route = Route.get("/{enterprise}/exchange/attachments")
    static let summary = "Tell a linked enterprise that cannot be reached which of its attachments are waited for"
    static let gives = WantedAttachments.contentType
    static let query = ["link"]
}

private enum TakeAttachment: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/attachments/{digest}")
    static let summary = "Take the bytes of an attachment from a linked enterprise that cannot be reached"
    static let bodyLimit = Int(Limits.attachment)
    static let takes: String? = ExchangeNode.bytesType
    static let gives = WantedAttachments.contentType
    static let query = ["link"]
}
