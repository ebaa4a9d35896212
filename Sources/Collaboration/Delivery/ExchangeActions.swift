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

private protocol ExchangeAction: RawAction {}

extension ExchangeAction {
    /// The tables are opened by the node itself, which knows them.
    package static func run(_ call: RawCall, _ database: Database) async throws -> RawReply {
        guard let node = call.services.exchange else { return RawReply(status: ExchangeStatus.unavailable.rawValue) }
        let response = await node.answer(
            PeerRequest(
                method: call.method.rawValue, url: call.targetURI,
                fields: call.headers.fields.map { Field($0.name, $0.value) },
                body: call.method == .get ? nil : call.body))
        return RawReply(
            status: response.status, headers: Headers(response.fields.map { ($0.name, $0.value) }), body: response.body)
    }
}

private enum ShowStatement: ExchangeAction {
    static let route = Route.get("/.well-known/entente/{enterprise}")
    static let summary = "An enterprise's statement: who it is, its keys and endpoints"
}

private enum PostBatch: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/inbox")
    static let summary = "Take events from a linked enterprise"
    static let bodyLimit = Batch.maxBytes
}

private enum PullEvents: ExchangeAction {
    static let route = Route.get("/{enterprise}/exchange/outbox")
    static let summary = "Give a linked enterprise what waits for it"
}

private enum PostReceipts: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/outbox")
    static let summary = "Take receipts for events that were pulled"
    static let bodyLimit = Batch.maxBytes
}

private enum PostAcceptance: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/invitations")
    static let summary = "Take the acceptance of an invitation"
    static let bodyLimit = 256 * 1024
    static let limit: RateLimit? = RateLimit(30, per: .seconds(60))
}

private enum ShowDigest: ExchangeAction {
    static let route = Route.get("/{enterprise}/exchange/links/{link}/digest")
    static let summary = "Where the conversations of a link stand"
}

private enum PostConfirmation: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/links/{link}/confirmation")
    static let summary = "Take the confirmation of a link"
    static let bodyLimit = 256 * 1024
}

private enum PullConfirmation: ExchangeAction {
    static let route = Route.get("/{enterprise}/exchange/links/{link}/confirmation")
    static let summary = "Give the confirmation of a link to a linked enterprise that cannot be reached"
}

private enum PostStatement: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/links/{link}/statement")
    static let summary = "Take a linked enterprise's new statement"
    static let bodyLimit = Statement.maxBytes
}

private enum SendAttachment: ExchangeAction {
    static let route = Route.get("/{enterprise}/exchange/attachments/{digest}")
    static let summary = "Give a linked enterprise the bytes of an attachment"
}

private enum ListWantedAttachments: ExchangeAction {
    static let route = Route.get("/{enterprise}/exchange/attachments")
    static let summary = "Tell a linked enterprise that cannot be reached which of its attachments are waited for"
}

private enum TakeAttachment: ExchangeAction {
    static let route = Route.post("/{enterprise}/exchange/attachments/{digest}")
    static let summary = "Take the bytes of an attachment from a linked enterprise that cannot be reached"
    static let bodyLimit = Int(Limits.attachment)
}
