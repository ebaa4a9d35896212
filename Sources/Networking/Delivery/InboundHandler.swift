// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage

/// What an event of one type does here. It runs in the transaction that stores the event.
///
/// A handler refuses an event by throwing a `Rejection`: then nothing of its effect stays, and the sender is told why.
package struct InboundHandler: Sendable {
    package typealias Apply = @Sendable (Envelope, Link, Transaction, Timestamp) throws -> Void
    package typealias Refused = @Sendable (Envelope, Rejection, Link, Transaction, Timestamp) throws -> Void

    package let type: EventType
    /// Whether it is taken even after the link was closed: receipts and erasure are.
    package let outlivesLink: Bool
    package let apply: Apply
    /// What follows here when a peer has refused for good an event of this type that we sent.
    package let refused: Refused?

    package init(
        _ type: EventType, outlivesLink: Bool = false, refused: Refused? = nil, _ apply: @escaping Apply
    ) {
        self.type = type
        self.outlivesLink = outlivesLink
        self.refused = refused
        self.apply = apply
    }

    /// For a type of data; what cannot be read as it is rejected as malformed.
    package static func on<Value: EventData>(
        _: Value.Type, outlivesLink: Bool = false, refused: Refused? = nil,
        _ apply: @escaping @Sendable (Value, Envelope, Link, Transaction, Timestamp) throws -> Void
    ) -> InboundHandler {
        InboundHandler(Value.type, outlivesLink: outlivesLink, refused: refused) { envelope, link, tx, now in
            let value: Value
            do throws(WireError) { value = try envelope.data() } catch { throw Rejection(error) }
            try apply(value, envelope, link, tx, now)
        }
    }
}

/// The types of event that this node understands.
package struct InboundHandlers: Sendable {
    private let handlers: [EventType: InboundHandler]

    /// Of two handlers for one type the later counts.
    package init(_ handlers: [InboundHandler]) {
        self.handlers = Dictionary(handlers.map { ($0.type, $0) }, uniquingKeysWith: { $1 })
    }

    package subscript(type: EventType) -> InboundHandler? { handlers[type] }
}
