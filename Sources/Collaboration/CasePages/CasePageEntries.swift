// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// The conversation: messages, and what happened between them.
extension CasePage {
    package var entries: [Model] {
        let messages = Dictionary(file.messages.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return file.events.compactMap { event in
            if event.type == MessageAdded.type {
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
        guard let told = told(event) else { return nil }
        return [
            "id": .number(event.sequence), "what": .message(told), "time": .text(moments.clock(event.at)),
            "datetime": .text(event.at.rfc3339),
        ]
    }

    private func told(_ event: Event) -> Phrase? {
        do {
            let data = try event.data(desk.kernel.eventTypes)
            return (data as? any CaseEvent)?.isShown(as: event) == true ? data?.told(event, scene) : nil
        } catch {
            return "Something happened that this version of the program cannot tell (\(event.type))"
        }
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
