// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage

extension Shareable {
    /// The offer as it crosses: only fields that are shared before acceptance are in it.
    package func offer(
        _ handover: Handover, _ disclosures: [Disclosure], customer label: String
    ) -> HandoverOfferedV1 {
        let open = disclosures.fields(.beforeAcceptance)
        func shared(_ field: SharedField, _ value: String?) -> String? { open.contains(field) ? value : nil }
        return HandoverOfferedV1(
            handover: handover.id.uuid, kind: item.kind, title: shared(.title, item.title) ?? item.kind,
            ask: AskV1(form: handover.ask.form, text: handover.ask.text), acceptBy: handover.acceptBy?.wire,
            answerBy: handover.answerBy?.wire, customer: label, question: shared(.question, question?.body),
            product: shared(.product, item.product), serial: shared(.serial, item.serial),
            place: shared(.customerPlace, customer?.place), language: shared(.language, customer?.language),
            details: open.contains(.details) ? details : nil, journey: open.contains(.journey) ? way.map(\.wire) : [],
            attachments: open.contains(.attachments) ? attachments.map(\.wire) : [])
    }

    /// What follows on acceptance; `nil` where the contract keeps nothing back until then.
    package func rest(_ handover: Handover, _ disclosures: [Disclosure]) -> HandoverSharedV1? {
        let late = disclosures.fields(.afterAcceptance).subtracting(SharedField.personal)
        func shared(_ field: SharedField, _ value: String?) -> String? { late.contains(field) ? value : nil }
        let rest = HandoverSharedV1(
            handover: handover.id.uuid, title: shared(.title, item.title), question: shared(.question, question?.body),
            product: shared(.product, item.product), serial: shared(.serial, item.serial),
            details: late.contains(.details) ? details : nil,
            attachments: late.contains(.attachments) ? attachments.map(\.wire) : [])
        return rest == HandoverSharedV1(handover: handover.id.uuid) ? nil : rest
    }
}

extension [Disclosure] {
    func fields(_ sharing: Sharing) -> Set<SharedField> { Set(filter { $0.sharing == sharing }.map(\.field)) }
}

extension Attachment {
    var wire: AttachmentRefV1 { AttachmentRefV1(digest: digest.hex, name: name, type: type, size: Int64(size)) }
}

extension Handover.State {
    /// As others hear of it in the journey: that a system refused an offer is between the two companies.
    package var stage: String { self == .refused ? Self.declined.rawValue : rawValue }
}

extension JourneyStep {
    var wire: JourneyStepV1 {
        JourneyStepV1(
            id: id, company: company, colour: Int64(colour), stage: state?.stage ?? "", since: since.wire,
            until: until?.wire, ask: ask?.rawValue, answerBy: due?.wire, sees: sees)
    }

    package init(_ wire: JourneyStepV1) {
        self.init(
            id: String(wire.id.prefix(80)), company: String(wire.company.prefix(200)), colour: wire.colour.map(Int.init) ?? 12, since: Timestamp(wire.since),
            until: wire.until.map(Timestamp.init), ask: wire.ask.flatMap(AskForm.init),
            due: wire.answerBy.map(Timestamp.init), state: Handover.State(rawValue: wire.stage), sees: wire.sees.filter { SharedField(rawValue: $0) != nil })
    }
}
