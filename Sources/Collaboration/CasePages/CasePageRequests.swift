// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking
import Office
import Storage
import Web

/// What was asked of us, what we asked, and what came back: the cards above the conversation.
extension CasePage {
    package var requests: [Model] {
        file.handovers.flatMap { handover -> [Model] in
            guard let link = file.links[handover.link] else { return [] }
            switch (handover.direction, handover.state) {
            case (.incoming, .offered), (.incoming, .accepted): return [incoming(handover, link)]
            case (.outgoing, .offered), (.outgoing, .accepted): return [outgoing(handover, link)]
            case (.outgoing, .refused): return isTriedAgain(handover) || !item.isOpen ? [] : [refused(handover, link)]
            case (.outgoing, .answered), (.outgoing, .completed): return isDealtWith(handover) ? [] : [arrived(handover, link)]
            default: return []
            }
        }
    }

    private func base(_ handover: Handover, _ link: Link) -> [Model.Member] {
        let (left, late) = handover.due.map(moments.deadline) ?? (nil, nil)
        return [
            ("id", .text("\(handover.id)")), ("name", .text(link.name)), ("colour", .number(link.colour)),
            ("form", .object([handover.ask.form.rawValue: true])), ("text", .text(handover.ask.text)),
            ("offered", .flag(handover.state == .offered)), ("accepted", .flag(handover.state == .accepted)),
            ("left", .text(left)), ("late", .text(late)), ("due", .text(handover.due?.rfc3339)),
        ]
    }

    private func incoming(_ handover: Handover, _ link: Link) -> Model {
        let onAcceptance = SharedField.personal.filter { link.contract?.fields[$0]?.shared == .afterAcceptance }
        return .object(
            base(handover, link) + [
                ("incoming", true), ("acceptBy", .text(handover.acceptBy.map(moments.clock))),
                ("acceptByTime", .text(handover.acceptBy?.rfc3339)),
                ("answerBy", .text(handover.answerBy.map(moments.clock))),
                ("answerByTime", .text(handover.answerBy?.rfc3339)),
                ("onAcceptance", .list(onAcceptance.map { .object($0.model) })),
            ])
    }

    private func outgoing(_ handover: Handover, _ link: Link) -> Model {
        .object(base(handover, link) + [("outgoing", true)])
    }

    private func refused(_ handover: Handover, _ link: Link) -> Model {
        .object(base(handover, link) + [("refused", true), ("reason", .text(handover.reason))])
    }

    /// Whether the case has been handed on since, to this company or to another.
    private func isTriedAgain(_ handover: Handover) -> Bool {
        file.handovers.contains { $0.direction == .outgoing && $0.offeredAt > handover.offeredAt }
    }

    private func arrived(_ handover: Handover, _ link: Link) -> Model {
        let answer = handover.answer ?? Answer()
        let files = answer.message.flatMap { file.files[$0] } ?? []
        let onward = file.incoming.flatMap { $0.state == .accepted ? $0 : nil }
        let onwardModel: Model =
            onward.map { onward in
                ["name": .text(file.links[onward.link]?.name), "handover": .text("\(onward.id)"), "id": .text("\(handover.id)")]
            } ?? .none
        let customer: Model =
            item.origin == nil
            ? file.customer.map { ["name": .text($0.name), "id": .text("\(handover.id)")] } ?? .none
            : .none
        return .object(
            base(handover, link).filter { $0.0 != "text" } + [
                ("arrived", true), ("yes", .flag(answer.isYes == true)), ("no", .flag(answer.isYes == false)),
                ("date", .text(answer.date)), ("text", .text(answer.text)), ("hasFiles", .flag(!files.isEmpty)),
                ("files", .list(files.map { model(of: $0) })), ("onward", onwardModel), ("toCustomer", customer),
            ])
    }

    /// An answer that came back is on the desk until the case is answered further up, or to the customer after it.
    private func isDealtWith(_ handover: Handover) -> Bool {
        if let incoming = file.incoming { return incoming.state != .accepted }
        let came = handover.settledAt ?? handover.offeredAt
        return !item.isOpen || file.messages.contains { $0.audience.customer && $0.author.kind == .member && $0.sentAt > came }
    }

    /// The answer dialog: to the incoming handover that the address names, or the one that is open.
    package var answering: Model? {
        guard let incoming = file.incoming, incoming.state == .accepted, let link = file.links[incoming.link] else { return nil }
        let source = call.input.from.flatMap { id in file.handovers.first { $0.id == id && $0.answer != nil } }
            ?? file.handovers.last { $0.direction == .outgoing && $0.answer != nil }
        var model: [String: Model] = [
            "id": .text("\(incoming.id)"), "name": .text(link.name), "colour": .number(link.colour),
            "form": .object([incoming.ask.form.rawValue: true]), "ask": .text(incoming.ask.text),
            "open": .flag(call.input.answer == incoming.id),
        ]
        if let source, let answer = source.answer {
            let files = answer.message.flatMap { file.files[$0] } ?? []
            model["source"] = [
                "id": .text("\(source.id)"), "name": .text(file.links[source.link]?.name), "text": .text(answer.text),
                "hasFiles": .flag(!files.isEmpty),
                "files": .list(files.map { ["value": .text("\($0.id)"), "name": .text($0.name), "size": .text($0.shownSize)] }),
            ]
        }
        return .object(model)
    }

    /// The linked companies whose contracts leave out this kind of case.
    func uncovered(among active: [Link]) -> Model {
        let names: [Model] = active.filter { $0.contract?.allows(kind: item.kind) != true }.map {
            ["name": .text($0.name), "href": .text("/\(desk.enterprise.slug)/links/\($0.id)")]
        }
        return names.isEmpty ? .none : ["companies": .list(names)]
    }

    /// The companies it can be handed to, each with the exact preview of what it would see.
    func companies(among active: [Link]) throws -> [Model] {
        guard item.isOpen, call.caller.may(.handoversWrite),
            item.origin == nil || file.incoming?.state == .accepted
        else { return [] }
        let shareable = try Shareable(
            item, way: desk.wayTo(desk.now, of: item, on: file.journey),
            knowing: .init(customer: file.customer, contactPoints: file.contactPoints, files: file.files), desk)
        let upstream = try desk.contractOfOrigin(of: item)
        let busy = Set(file.handovers.filter { !$0.state.isSettled }.map(\.link))
        return active.filter { $0.id != item.origin && !busy.contains($0.id) }.compactMap { link in
            guard let contract = link.contract, contract.allows(kind: item.kind) else { return nil }
            let all = shareable.disclosures(under: contract, cameUnder: upstream)
            func lines(_ sharing: Sharing) -> [Model] {
                all.filter { $0.sharing == sharing }.map {
                    .object($0.field.model + [("value", .text($0.value))])
                }
            }
            let after = lines(.afterAcceptance)
            return [
                "value": .text("\(link.id)"), "name": .text(link.name), "colour": .number(link.colour),
                "before": .list(lines(.beforeAcceptance)), "hasAfter": .flag(!after.isEmpty), "after": .list(after),
                "never": .list(lines(.never) + [["field": ["notes": true]]]),
            ]
        }
    }
}

extension [SharedField] {
    /// Those worth telling people of, in one order.
    package var shown: [SharedField] { SharedField.allCases.filter { contains($0) && $0 != .title && $0 != .language && $0 != .journey } }
}

extension SharedField {
    package static let personal: [SharedField] = [.customerName, .customerContact, .customerPlace]

    /// As the pages' models name a field; they hold its translated name.
    package var model: [Model.Member] {
        let key: String? =
            switch self {
            case .question: "question"
            case .product: "product"
            case .serial: "serial"
            case .attachments: "photos"
            case .messages: "conversation"
            case .details: "details"
            case .customerName: "name"
            case .customerContact: "contact"
            case .customerPlace: "place"
            case .place: "town"
            case .language: "language"
            case .journey: "journey"
            case .title, .ask: nil
            }
        let field: Model = key.map { .object([$0: true]) } ?? ["other": .message(Phrase(stringLiteral: title))]
        return [("field", field)]
    }
}
