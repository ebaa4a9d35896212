// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// The conversation: messages, and what happened between them.
extension CasePage {
    package var entries: [Model] {
        let messages = Dictionary(file.messages.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return file.events.compactMap { event in
            if event.type == "message.added" {
                return event.object.flatMap { messages[ID($0)] }.map { ["message": model(of: $0)] }
            }
            return model(of: event).map { ["event": $0] }
        }
    }

    private func model(of message: Message) -> Model {
        let link = message.author.link.flatMap { file.links[$0] }
        let isCompany = message.author.kind == .company
        let seenBy: [Model] = message.audience.links.subtracting([message.author.link].compactMap(\.self)).sorted().compactMap { id in
            file.links[id].map { ["name": .text($0.name), "colour": .number($0.colour)] }
        }
        let customer: [Model] = message.audience.customer && message.author.kind != .customer
            ? [["name": .text(file.customer?.name ?? "")]] : []
        let answer = file.handovers.first { $0.answer?.message == message.id }?.answer
        return [
            "id": .text("\(message.id)"), "author": .text(file.author(of: message)),
            "initials": .text(file.author(of: message).initials),
            "colour": message.author.kind == .customer
                ? .none : .number(isCompany ? link?.colour ?? 12 : desk.enterprise.colour),
            "via": message.author.kind == .customer
                ? link.map { ["name": .text($0.name), "colour": .number($0.colour)] } ?? .none : .none,
            "theirs": .flag(isCompany), "internal": .flag(message.audience.isOnlyUs),
            "seenBy": .list(seenBy + customer),
            "time": .text(moments.clock(message.sentAt)), "datetime": .text(message.sentAt.rfc3339),
            "text": .text(message.body), "erased": message.erased.map { .object([$0.rawValue: true]) } ?? .none,
            "answer": answer.map(model) ?? .none,
            "hasFiles": .flag(file.files[message.id] != nil),
            "files": .list((file.files[message.id] ?? []).map { model(of: $0) }),
        ]
    }

    package func model(of answer: Answer) -> Model {
        [
            "yes": .flag(answer.isYes == true), "no": .flag(answer.isYes == false), "date": .text(answer.date),
        ]
    }

    package func model(of attachment: Attachment) -> Model {
        let address = "\(href)/files/\(attachment.id)"
        return attachment.model(at: address, desk.now, fetchAgain: "\(address)/fetches")
    }

    private func model(of event: Event) -> Model? {
        let handover = event.object.flatMap { id in file.handovers.first { $0.id.uuid == id } }
        let company = handover.flatMap { file.links[$0.link]?.name } ?? event.detail
        let what: String
        var more: [Model.Member] = []
        switch event.type {
        case "case.opened":
            // A case that opens with the customer's own words needs no line to say so.
            guard event.actorKind == "member" else { return nil }
            what = "opened"
        case "handover.offered":
            what = handover?.direction == .incoming ? "offered" : "handedOver"
            more = [("ask", .text(handover?.ask.text ?? "")), ("by", .text(handover?.answerBy.map(moments.clock)))]
        case "handover.accepted":
            what = "accepted"
            more = [("shared", .flag(handover?.sharesContact == true && handover?.direction == .outgoing))]
        case "handover.declined", "handover.withdrawn", "handover.returned", "handover.refused":
            what = String(event.type.dropFirst("handover.".count))
            more = [("reason", .text(handover?.reason))]
        case "handover.expired", "handover.answered", "handover.completed":
            what = String(event.type.dropFirst("handover.".count))
        case "case.assigned" where event.actor != nil && event.actor == event.object: return nil
        case "case.assigned": (what, more) = ("assigned", [("to", event.detail.isEmpty ? "–" : .text(event.detail))])
        case "case.moved":
            let stage = desk.kernel.kinds[item.kind]?.lifecycle.stage(event.detail)?.title ?? event.detail
            (what, more) = ("stage", [("to", .message(Phrase(stringLiteral: stage)))])
        case "case.prioritised": (what, more) = ("priority", [("to", .text(event.detail))])
        case "case.tagged": (what, more) = ("tagged", [("to", event.detail.isEmpty ? "–" : .text(event.detail))])
        case "sharing.takenBack": what = "sharingTakenBack"
        case "call.requested": (what, more) = ("callRequested", [("reason", .text(event.detail))])
        case "contact.shared": (what, more) = ("other", [("to", .message("\(event.detail) shared the customer’s contact."))])
        case "contact.corrected": (what, more) = ("other", [("to", .message("\(company) was told the corrected contact data."))])
        case "contact.revoked": (what, more) = ("other", [("to", .message("\(event.detail) took the customer’s contact back; it is deleted here."))])
        case "erasure.asked" where event.actorKind == "company":
            (what, more) = ("other", [("to", .message("\(event.detail) asks to erase what you hold of its customer"))])
        case "erasure.asked": what = "erasureAsked"
        case "erasure.done" where event.detail == Erasure.Cause.retention.rawValue:
            (what, more) = ("other", [("to", .message("Erased: the contract’s retention is over"))])
        case "erasure.done": (what, more) = ("other", [("to", .message("\(event.actorName) erased what was personal here"))])
        case "erasure.refused": (what, more) = ("other", [("to", .message("\(event.actorName) refused to erase it"))])
        case "erasure.doneThere": (what, more) = ("other", [("to", .message("\(event.detail) erased it too"))])
        case "erasure.refusedThere": (what, more) = ("other", [("to", .message("\(event.detail) refused to erase it"))])
        default:
            guard let told = desk.kernel.kinds[item.kind]?.tell(event) else { return nil }
            (what, more) = ("kinds", [("to", .message(told))])
        }
        return .object(
            [
                ("id", .number(event.sequence)), ("what", .object([what: true])), ("who", .text(event.actorName)),
                ("company", .text(company)), ("time", .text(moments.clock(event.at))),
                ("datetime", .text(event.at.rfc3339)),
            ] + more)
    }
}

extension Attachment {
    /// A file as pages show it; one whose bytes are still to come has no address.
    /// - Parameter fetchAgain: where staff ask for one that did not come.
    package func model(at href: String, _ now: Timestamp, fetchAgain: String? = nil) -> Model {
        let arrival = arrival(at: now)
        let address: Model = arrival == .here ? .text(href) : .none
        let isPicture = FileType(rawValue: type)?.isShownInline == true
        return [
            "name": .text(name), "size": .text(shownSize), "href": address, "picture": isPicture ? address : .none,
            "missing": .flag(arrival == .missing), "fetchAgain": arrival == .missing ? .text(fetchAgain) : .none,
        ]
    }

    /// `15 B`, `214 KB`, `3 MB`.
    var shownSize: String {
        size < 1024 ? "\(size) B" : size < 1_048_576 ? "\(size / 1024) KB" : "\(size / 1_048_576) MB"
    }
}
