// SPDX-License-Identifier: Apache-2.0
import Exchange
import Office
import Storage

extension Desk {
    /// Takes out of a case, which the caller holds and saves, what is personal: the customer's own words and files, and
    /// all that the company told us whose customer it is. What we and others wrote stays, with the name and the contact
    /// data struck out. Number, stages, clocks and handovers stay.
    func eraseContent(of item: inout HeldCase, _ strikeout: Strikeout, as erased: Erased) throws {
        try eraseMessages(of: item.case, strikeout, as: erased)
        try rewriteHandovers(of: item.case, strikeout)
        try strikeTags(of: item.case, strikeout)
        item.title = enterprise.reference(item.number)
        if !item.customerLabel.isEmpty { item.customerLabel = enterprise.nameOfErased }
        item.product = strikeout(item.product)
        item.serial = ""
        try CaseIndex.put(item.case, self)
        try kernel.kinds[item.kind]?.erase(item.case, strikeout, self)
        // The log stays: what happened, when, and at whom. Only the words in it that tell who the customer is go.
        try forget(in: item.id.uuid, as: enterprise.nameOfErased, strikeout.label)
    }

    /// Strikes out who the customer is in what we and others than their company wrote about a case, which the caller holds
    /// and saves; for when the name goes but nothing else. Afterwards nobody knows any more what to look for.
    func strikeOut(_ strikeout: Strikeout, in item: inout HeldCase) throws {
        for message in try messages.list(of: item.id, limit: .max) where !isTheirs(message, item.case) {
            try strike(message, strikeout)
        }
        try attachments.rename(in: item.id, strikeout)
        for var handover in try handovers.list(of: item.id) {
            handover.reason = strikeout(handover.reason)
            if let text = handover.answer?.text { handover.answer?.text = strikeout(text) }
            try handovers.save(handover)
            if handover.direction == .outgoing { try handovers.rewrite(handover.id, ask: strikeout(handover.ask.text)) }
        }
        try strikeTags(of: item.case, strikeout)
        item.product = strikeout(item.product)
        try CaseIndex.put(item.case, self)
        try strike(in: item.id.uuid, strikeout.label)
        try erasures.strike(strikeout, about: item.id)
        try eraseLetters(about: item.id) { strikeout($0) != $0 }
    }

    /// Who a customer is, in their record; what names them is gone for good.
    package func erase(_ customer: Customer) throws {
        var customer = customer
        customer.name = enterprise.nameOfErased
        customer.place = ""
        customer.erasedAt = now
        customer.revision += 1
        try customers.save(customer, reachedBy: [])
        try keepWish(of: customer.id, against: nil)
    }

    private func eraseMessages(of item: Case, _ strikeout: Strikeout, as erased: Erased) throws {
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
    private func isTheirs(_ message: Message, _ item: Case) -> Bool {
        message.author.kind == .customer || item.origin != nil && message.author.link == item.origin
    }

    private func strike(_ message: Message, _ strikeout: Strikeout) throws {
        let body = strikeout(message.body)
        guard body != message.body else { return }
        try messages.rewrite(message.id, author: message.author.name, body: body, erased: message.erased)
        try CaseIndex.messages.put(message.id, in: scope, text: body, tx)
    }

    private func strikeTags(of item: Case, _ strikeout: Strikeout) throws {
        try cases.replaceTags(of: item.id, with: cases.tags(of: item.id).filter { !strikeout.isIn(label: $0) })
    }

    /// What another company asked is its word about its customer; what we asked is ours.
    private func rewriteHandovers(of item: Case, _ strikeout: Strikeout) throws {
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

extension Enterprise {
    /// What a customer is called once they are erased, in the enterprise's own language: it is data from then on.
    var nameOfErased: String { language == "nl" ? Self.namesOfErased[1] : Self.namesOfErased[0] }

    static let namesOfErased = ["Erased customer", "Gewiste klant"]
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
