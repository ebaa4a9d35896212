// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage

/// What is needed to open a case of any kind.
package struct CaseDraft: Sendable {
    package var kind: String
    package var title: String
    package var body: String
    package var customer: ID<Customer>?
    package var customerLabel: String = ""
    package var origin: ID<Link>?
    package var channel: Channel = .web
    package var owner: ID<Member>?
    package var priority: Case.Priority = .normal
    package var product: String = ""
    package var serial: String = ""
    package var author: Message.Author
    /// Whether the first message is the customer's own, and so on their page.
    package var audience: Audience
    package var uploads: [Upload] = []
    /// Whether files will be added to the first message, which is kept then even without a text.
    package var expectsFiles = false

    package init(kind: String, title: String, body: String, author: Message.Author, audience: Audience) {
        self.kind = kind
        self.title = title
        self.body = body
        self.author = author
        self.audience = audience
    }
}

extension Desk {
    /// Opens a case with its first message. Its customer is held until the transaction ends, so that they are not being
    /// erased meanwhile.
    /// - Parameter body: what becomes of it at once.
    package func open(
        _ draft: CaseDraft, then body: (inout HeldCase, Message) throws -> Void = { _, _ in }
    ) throws -> (case: Case, message: Message) {
        guard let kind = kernel.kinds[draft.kind] else { throw CaseRefusal.unknownKind(draft.kind) }
        if let customer = draft.customer, try customers.take(customer)?.erasedAt != nil { throw ErasureRefusal.erased }
        let stage = kind.lifecycle.first
        let keepsMessage = !draft.body.isEmpty || !draft.uploads.isEmpty || draft.expectsFiles
        let item = Case(
            id: ID(), kind: draft.kind, number: try kernel.caseNumbers.next(self), title: draft.title, customer: draft.customer,
            customerLabel: draft.customerLabel, origin: draft.origin, channel: draft.channel, owner: draft.owner,
            priority: draft.priority, stage: stage.name, isOpen: stage.isOpen, product: draft.product,
            serial: draft.serial, openedAt: now, updatedAt: now, revision: keepsMessage ? 2 : 1)
        let message = Message(
            caseID: item.id, author: draft.author, body: draft.body, channel: draft.channel, audience: draft.audience,
            sentAt: now)
        let opened = try begin(item) { held in
            try note(CaseOpened(kind: draft.kind, channel: draft.channel), on: &held)
            if keepsMessage { try keep(message, draft.uploads, in: &held) }
            try CaseIndex.put(item, self)
            try body(&held, message)
        }
        return (opened, message)
    }

    /// Writes a message into a case, and makes it findable.
    package func keep(_ message: Message, _ uploads: [Upload] = [], in item: inout HeldCase) throws {
        try messages.add(message)
        for upload in uploads { try attachments.add(upload, to: message) }
        // Whoever is no colleague cannot call on one.
        let mentions = message.author.kind == .member ? try mentions(in: message.body) : []
        try note(MessageAdded(message, mentions: mentions), on: &item, object: message.id.uuid)
        try CaseIndex.put(message, self)
    }
}

extension Desk {
    /// Members whose whole name, or first name where only one has it, stands after an @.
    private func mentions(in text: String) throws -> [ID<Member>] {
        guard text.contains("@") else { return [] }
        let text = text.lowercased()
        let people = try members.names()
        func isCalled(_ name: Substring) -> Bool {
            text.ranges(of: "@" + name.lowercased()).contains { range in
                range.upperBound == text.endIndex || !text[range.upperBound].isLetter && !text[range.upperBound].isNumber
            }
        }
        let whole = people.filter { isCalled($0.name[...]) }
        let first = Dictionary(grouping: people) { $0.name.prefix { $0 != " " } }
        let alone = first.filter { $0.value.count == 1 && !$0.key.isEmpty && isCalled($0.key) }.flatMap(\.value)
        return Set((whole + alone).map(\.id)).sorted()
    }
}
