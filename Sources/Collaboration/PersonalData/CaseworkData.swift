// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage

/// Cases with their messages, files and handovers, and the customer's own record.
enum CaseworkData: PersonalData {
    static let name = "record"

    static func export(of customer: Customer, _ desk: Desk) throws -> (any Encodable & Sendable)? {
        try CustomerRecord(customer, desk)
    }

    static func export(of item: Case, _ desk: Desk) throws -> (any Encodable & Sendable)? { try CaseRecord(item, desk) }

    static func erase(from item: inout HeldCase, _ strikeout: Strikeout, as erased: Erased, _ desk: Desk) throws {
        try desk.eraseMessages(of: item.case, strikeout, as: erased)
        try desk.rewriteHandovers(of: item.case, strikeout)
        try desk.strikeTags(of: item.case, strikeout)
        item.title = desk.enterprise.reference(item.number)
        if !item.customerLabel.isEmpty { item.customerLabel = desk.enterprise.nameOfErased }
        item.product = strikeout(item.product)
        item.serial = ""
        try CaseIndex.put(item.case, desk)
        try desk.kernel.kinds[item.kind]?.erase(item.case, strikeout, desk)
        // The log stays: what happened, when, and at whom. Only the words in it that tell who the customer is go.
        try desk.forget(in: item.id.uuid, as: desk.enterprise.nameOfErased, strikeout.label)
    }

    static func strike(_ strikeout: Strikeout, in item: inout HeldCase, _ desk: Desk) throws {
        for message in try desk.messages.list(of: item.id, limit: .max) where !desk.isTheirs(message, item.case) {
            try desk.strike(message, strikeout)
        }
        try desk.attachments.rename(in: item.id, strikeout)
        for var handover in try desk.handovers.list(of: item.id) {
            handover.reason = strikeout(handover.reason)
            if let text = handover.answer?.text { handover.answer?.text = strikeout(text) }
            try desk.handovers.save(handover)
            if handover.direction == .outgoing { try desk.handovers.rewrite(handover.id, ask: strikeout(handover.ask.text)) }
        }
        try desk.strikeTags(of: item.case, strikeout)
        item.product = strikeout(item.product)
        try CaseIndex.put(item.case, desk)
        try desk.strike(in: item.id.uuid, strikeout.label)
        try desk.eraseLetters(about: item.id) { strikeout($0) != $0 }
    }

    /// Who a customer is, in their record; what names them is gone for good.
    static func erase(_ customer: Customer, _ strikeout: Strikeout, _ desk: Desk) throws {
        var customer = customer
        customer.name = desk.enterprise.nameOfErased
        customer.place = ""
        customer.erasedAt = desk.now
        customer.revision += 1
        try desk.customers.save(customer, reachedBy: [])
        try desk.keepWish(of: customer.id, against: nil)
    }
}

extension Desk {
    fileprivate func eraseMessages(of item: Case, _ strikeout: Strikeout, as erased: Erased) throws {
        let all = try messages.list(of: item.id, limit: .max)
        let gone = all.filter { isTheirs($0, item) }
        try attachments.erase(of: gone.map(\.id), in: item.id)
        for message in gone {
            let author = message.author.kind == .customer ? enterprise.nameOfErased : message.author.name
            try messages.rewrite(message.id, author: author, body: "", erased: erased)
            try CaseIndex.messages.put(message.id, in: scope, text: "", tx)
        }
        for message in all where !isTheirs(message, item) { try strike(message, strikeout) }
        try attachments.rename(in: item.id, strikeout)
    }

    /// Whether it is the customer's own word, or their company's about them.
    fileprivate func isTheirs(_ message: Message, _ item: Case) -> Bool {
        message.author.kind == .customer || item.origin != nil && message.author.link == item.origin
    }

    fileprivate func strike(_ message: Message, _ strikeout: Strikeout) throws {
        let body = strikeout(message.body)
        guard body != message.body else { return }
        try messages.rewrite(message.id, author: message.author.name, body: body, erased: message.erased)
        try CaseIndex.messages.put(message.id, in: scope, text: body, tx)
    }

    fileprivate func strikeTags(of item: Case, _ strikeout: Strikeout) throws {
        try cases.replaceTags(of: item.id, with: cases.tags(of: item.id).filter { !strikeout.isIn(label: $0) })
    }

    /// What another company asked is its word about its customer; what we asked is ours.
    fileprivate func rewriteHandovers(of item: Case, _ strikeout: Strikeout) throws {
        for var handover in try handovers.list(of: item.id) {
            let ask = handover.direction == .incoming ? Strikeout.mark : strikeout(handover.ask.text)
            // Why it was withdrawn is said by the company that asked.
            let isTheirs = handover.direction == .incoming && handover.state == .withdrawn
            handover.reason = isTheirs ? "" : strikeout(handover.reason)
            if let text = handover.answer?.text { handover.answer?.text = strikeout(text) }
            if handover.direction == .outgoing { handover.sharesContact = false }
            try handovers.save(handover)
            try handovers.rewrite(handover.id, ask: ask)
        }
    }
}

extension MessageStore {
    fileprivate func rewrite(_ message: ID<Message>, author: String, body: String, erased: Erased?) throws {
        try tx.run(
            """
            UPDATE messages SET author_name = \(author), body = \(body), erased_for = \(erased)
            WHERE enterprise = \(desk.scope) AND id = \(message)
            """)
    }
}

extension HandoverStore {
    fileprivate func rewrite(_ handover: ID<Handover>, ask: String) throws {
        try tx.run("UPDATE handovers SET ask_text = \(ask) WHERE enterprise = \(desk.scope) AND id = \(handover)")
    }
}

extension AttachmentStore {
    /// Forgets the files of these messages, and their copies in other messages of the case; the bytes too, where nothing
    /// else has the same file. A file that somebody else brought before stays with them: sending it back, or naming its
    /// digest, makes it nobody's to destroy.
    fileprivate func erase(of messages: [ID<Message>], in item: ID<Case>) throws {
        guard !messages.isEmpty else { return }
        let digests: [[UInt8]] = try tx.all(
            """
            SELECT DISTINCT digest FROM attachments
            WHERE enterprise = \(desk.scope) AND message IN (\(SQL.list(messages)))
            """
        ) { try $0.next() }
        for digest in digests {
            let rows: [(ID<Attachment>, ID<Message>)] = try tx.all(
                """
                SELECT id, message FROM attachments
                WHERE enterprise = \(desk.scope) AND case_id = \(item) AND digest = \(digest) ORDER BY id
                """
            ) { try ($0.next(), $0.next()) }
            let isTheirs = rows.first.map { messages.contains($0.1) } ?? false
            let gone = rows.filter { isTheirs || messages.contains($0.1) }.map(\.0)
            try tx.run("DELETE FROM attachments WHERE enterprise = \(desk.scope) AND id IN (\(SQL.list(gone)))")
            // Whoever brings the same file waits for the end of this, and finds it gone or sees their own kept.
            _ = try tx.first(
                "SELECT 1 FROM blobs WHERE enterprise = \(desk.scope) AND digest = \(digest) \(SQL.forUpdate)"
            ) { _ in true }
            let isElsewhere = try tx.first(
                """
                SELECT 1 FROM attachments
                WHERE enterprise = \(desk.scope) AND digest = \(digest) AND coming_over IS NULL LIMIT 1
                """
            ) { _ in true }
            guard isElsewhere == nil else { continue }
            try tx.run("DELETE FROM attachment_grants WHERE enterprise = \(desk.scope) AND digest = \(digest)")
            try tx.run("DELETE FROM blobs WHERE enterprise = \(desk.scope) AND digest = \(digest)")
        }
    }

    fileprivate func rename(in item: ID<Case>, _ strikeout: Strikeout) throws {
        let names: [(ID<Attachment>, String)] = try tx.all(
            "SELECT id, name FROM attachments WHERE enterprise = \(desk.scope) AND case_id = \(item)"
        ) { try ($0.next(), $0.next()) }
        for (id, name) in names where strikeout(name) != name {
            try tx.run(
                "UPDATE attachments SET name = \(strikeout(name)) WHERE enterprise = \(desk.scope) AND id = \(id)")
        }
    }
}
