// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage
import Web

/// Answers what another company asked, or completes the work it handed over; with an answer that came from further on
/// as it is, or reworded.
package struct AnswerHandover: Action {
    package enum Wording: String, Sendable, CaseIterable { case asIs, reworded }
    package enum Verdict: String, Sendable, CaseIterable { case yes, no }

    package struct Input: FormInput {
        package let number: CaseNumber
        package let handover: ID<Handover>
        package let verdict: Verdict?
        package let date: String?
        package let text: String
        package let files: [Upload]
        /// The answer from further on that this one passes on.
        package let source: ID<Handover>?
        package let wording: Wording
        /// Files of that answer which go along.
        let forwarded: [ID<Attachment>]

        /// Characters.
        fileprivate static let longest = 20_000

        package init(_ form: inout Form) {
            number = CaseNumber(&form)
            handover = form.path("handover")
            verdict = form.optionalChoice("verdict", label: "Your answer")
            date = form.optionalDate("date", label: "The date")?.rawValue
            text = form.optionalText("text", label: "Answer", max: Self.longest, multiline: true) ?? ""
            files = form.files("files", label: "Attach").map { Upload($0) }
            source = form.optionalID("source", label: "Source")
            wording = form.choice("wording", label: "Wording", default: Wording.reworded)
            forwarded = form.list("forward", label: "Goes along").compactMap { ID<Attachment>($0) }
            form.explain("verdict", "For an ask of the form `yesNo`, which it must have.")
            form.explain("date", "For an ask of the form `date`, which it must have.")
            form.explain(
                "source",
                "The id of an outgoing handover of the same case, further on, whose answer is passed on; with `wording` and `forward`.")
            form.explain("wording", "`asIs` takes the text of the source's answer, and puts the text sent here below it; `reworded` takes only that.")
            form.explain("forward", "Ids of files that came with the source's answer, of which copies go with this one.")
        }
    }

    package static let route = Route.post("/{enterprise}/cases/{number}/handovers/{handover}/answer")
    package static let summary = "Answer a handover, or complete it"
    package static let access = Permission.handoversWrite
    package static let retryForm: (any Action.Type)? = ShowCase.self
    package static let formName = "answer"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<HandoverView> {
        let (desk, input) = (call.desk(tx), call.input)
        try desk.require(input.handover, in: input.number)
        let source = try input.source.map { try desk.answered($0, for: input.handover) }
        var answer = Answer(isYes: input.verdict.map { $0 == .yes }, date: input.date, text: input.text)
        if input.wording == .asIs, let given = source?.answer {
            let text = [given.text, input.text].filter { !$0.isEmpty }.joined(separator: "\n\n")
            guard text.count <= Input.longest else {
                throw HandoverRefusal.answerLacks("text", "Together with their answer this is too long. Shorten it.")
            }
            answer = Answer(isYes: answer.isYes ?? given.isYes, date: answer.date ?? given.date, text: text)
        }
        let handover = try desk.answer(
            input.handover, answer, files: input.files, forwarding: input.forwarded, from: source)
        return .done(HandoverView(handover), goTo: try desk.path(to: handover), notice: "Answered.")
    }
}

extension Desk {
    /// The settled handover whose answer is passed on; it must be about the same case.
    fileprivate func answered(_ id: ID<Handover>, for onward: ID<Handover>) throws -> Handover {
        guard let source = try handovers.find(id), let target = try handovers.find(onward),
            source.caseID == target.caseID, source.answer != nil
        else { throw Missing.handover }
        return source
    }

    package func answer(
        _ id: ID<Handover>, _ given: Answer, files: [Upload] = [], forwarding: [ID<Attachment>] = [],
        from source: Handover? = nil
    ) throws -> Handover {
        guard let found = try handovers.find(id) else { throw Missing.handover }
        if !files.isEmpty || !forwarding.isEmpty, let link = try links.find(found.link),
            link.contract?.shares(.attachments, accepted: true) != true
        {
            throw AudienceRefusal.filesNotShared(company: link.name)
        }
        let forwarded = try forwarding.map { try attachmentOfAnswer($0, source) }
        let message = Message(
            caseID: found.caseID, author: .init(.member, name: actor.name), body: given.text,
            audience: Audience(customer: false, links: [found.link]), handover: ID(id.uuid), sentAt: now)
        // Work that is done has neither a verdict nor a date: nothing is kept here that the other company is not told.
        var answer = found.ask.form.isWork ? Answer(text: given.text) : given
        answer.message = message.id
        let move: HandoverMove = found.ask.form.isWork ? .complete(answer) : .answer(answer)
        var sent: [Attachment] = []
        return try self.move(id, move, documents: files.count + forwarded.count) { handover in
            try messages.add(message)
            for file in files { sent.append(try attachments.add(file, to: message)) }
            for file in forwarded { sent.append(try attachments.copy(file, to: message)) }
            try grant(sent, to: handover.link)
            return handover.state == .completed
                ? HandoverCompletedV1(
                    handover: id.uuid, text: answer.text, attachments: sent.map(\.wire))
                : HandoverAnsweredV1(
                    handover: id.uuid, form: handover.ask.form, yes: answer.isYes, date: answer.date,
                    text: answer.text, attachments: sent.map(\.wire))
        } then: { _, item, _ in
            try note(MessageAdded(message), on: &item, object: message.id.uuid)
            try CaseIndex.put(message, self)
            try advance(&item, isAnswered: true)
        }
    }

    /// A file that may go along: one that came with the answer which is passed on.
    private func attachmentOfAnswer(_ id: ID<Attachment>, _ source: Handover?) throws -> Attachment {
        guard let attachment = try attachments.find(id), attachment.message == source?.answer?.message else {
            throw Missing.attachment
        }
        return attachment
    }
}
