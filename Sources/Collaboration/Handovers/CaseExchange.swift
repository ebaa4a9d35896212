// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// What linked companies can tell each other about cases.
package enum CaseExchange {
    package static func handlers(_ kernel: Kernel) -> [InboundHandler] {
        [
            .on(
                HandoverOfferedV1.self, kernel,
                refused: { desk, offer, rejection, link in try desk.keepRefusal(of: offer, rejection, by: link) }
            ) { try $0.receive($1, $2, from: $3) },
            .on(HandoverAcceptedV1.self, kernel) { try $0.receive($1, $2, from: $3) },
            .on(HandoverDeclinedV1.self, kernel) { try $0.receive($1, $2, from: $3) },
            .on(HandoverWithdrawnV1.self, kernel) { desk, event, envelope, link in
                try desk.receive(event, envelope, from: link)
                try desk.forgetOvertaken(in: ID(envelope.conversation), on: link.id)
            },
            .on(HandoverExpiredV1.self, kernel) { desk, event, envelope, link in
                try desk.receive(event, envelope, from: link)
                try desk.forgetOvertaken(in: ID(envelope.conversation), on: link.id)
            },
            .on(HandoverAnsweredV1.self, kernel) { try $0.receive($1, $2, from: $3) },
            .on(HandoverCompletedV1.self, kernel) { try $0.receive($1, $2, from: $3) },
            .on(HandoverReturnedV1.self, kernel) { try $0.receive($1, $2, from: $3) },
            .on(HandoverSharedV1.self, kernel) { desk, event, _, link in try desk.receive(event, from: link) },
            .on(ContactSharedV1.self, kernel) { desk, event, _, link in try desk.receive(event, from: link) },
            .on(ContactRevokedV1.self, kernel, outlivesLink: true) { desk, event, _, link in
                try desk.receive(event, from: link)
            },
            .on(MessageAddedV1.self, kernel) { desk, event, _, link in try desk.receive(event, from: link) },
            .on(ProgressV1.self, kernel) { desk, event, _, link in try desk.receive(event, from: link) },
        ]
    }
}

extension InboundHandler {
    /// Runs a handler at the desk of the enterprise that the link belongs to, on the other company's behalf.
    ///
    /// - Parameter refused: what follows when a peer has refused for good an event of this type that we sent.
    package static func on<Value: EventData>(
        _ type: Value.Type, _ kernel: Kernel, outlivesLink: Bool = false,
        refused: (@Sendable (Desk, Envelope, Rejection, Link) throws -> Void)? = nil,
        _ receive: @escaping @Sendable (Desk, Value, Envelope, Link) throws -> Void
    ) -> InboundHandler {
        let whenRefused: Refused = { event, rejection, link, tx, now in
            guard let there = try desk(of: link, kernel, tx, now: now, cause: nil) else { return }
            try there.forgetOvertaken(in: ID(event.conversation), on: link.id)
            try refused?(there, event, rejection, link)
        }
        return .on(type, outlivesLink: outlivesLink, refused: whenRefused) { value, envelope, link, tx, now in
            if let about = value as? any HandoverEventData, about.handover != envelope.conversation {
                throw Rejection(.malformed, "the conversation about a handover has the handover's id")
            }
            let cause = Cause(envelope, over: link.id)
            guard let there = try desk(of: link, kernel, tx, now: now, cause: cause) else { return }
            try receive(there, value, envelope, link)
        }
    }

    private static func desk(
        of link: Link, _ kernel: Kernel, _ tx: Transaction, now: Timestamp, cause: Cause?
    ) throws -> Desk? {
        var context = Services()
        context.cause = cause
        return try EnterpriseStore(tx).find(link.enterprise).map {
            Desk(
                $0, .company(link.id.uuid, name: link.name), kernel, tx, now: now, means: .link(event: cause?.event),
                context: context)
        }
    }
}
