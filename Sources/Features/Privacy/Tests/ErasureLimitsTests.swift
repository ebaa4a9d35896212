// SPDX-License-Identifier: Apache-2.0
import CollaborationTesting
import Exchange
import Foundation
@testable import Privacy
import Storage
import StorageTesting
import Testing

@testable import Collaboration
@testable import Networking

@Suite("What erasing may not take, and may not leave")
struct ErasureLimitsTests {
    typealias Row = CompanyRow
    typealias Told = ErasureTests.Told

    private func set(_ rule: FieldRule, for field: SharedField, on link: ID<Link>, at companies: [Company]) async throws {
        for company in companies {
            let scope = company.enterprise.id
            try await company.database.write { tx in
                let links = LinkStore(scope, tx)
                guard var held = try links.take(link) else { return }
                held.contract?.fields[field] = rule
                try links.save(held)
            }
        }
    }

    @Test("an answer names no company that a contract hides", arguments: Engine.allCases)
    func hidden(engine: Engine) async throws {
        let row = try await Row(engine)
        try await set(FieldRule(.beforeAcceptance, owner: .both, passOn: .never), for: .journey, on: row.toSupplier, at: [row.maker, row.supplier])
        try await set(FieldRule(.never, owner: .both, passOn: .never), for: .journey, on: row.toMaker, at: [row.maker, row.dealer])
        let question = try await row.dealer.ask()
        let first = try await row.dealer.offer(question, over: row.toMaker)
        try await row.all.settle()
        try await row.maker.work { try $0.accept(first) }
        try await row.all.settle()
        let second = try await row.maker.offer(row.maker.item(first).id, over: row.toSupplier)
        try await row.all.settle()
        try await row.supplier.work { try $0.accept(second) }
        try await row.all.settle()
        #expect(try await row.dealer.journey(question).map { $0.step.company } == ["Spoke", "Velora"], "journey is hidden")
        #expect(try await row.dealer.holds(["Kraft", "a supplier"]) == [], "before")
        let wish = try await row.dealer.asCustomer(of: question) { desk, item in try desk.askErasure(in: &item).id }
        try await row.dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        for (c, h) in [(row.maker, first), (row.supplier, second)] {
            let item = try await c.item(h)
            let e = try #require(try await c.work { try $0.erasures.list(about: item).first { $0.state == .asked } })
            try await c.work { _ = try $0.erase(e.id) }
            try await row.all.settle()
        }
        #expect(try await row.dealer.outcome(wish).beyond.map(\.company) == [], "beyond names nobody")
        #expect(try await row.dealer.holds(["Kraft", "a supplier"]) == [], "after")
    }

    @Test("why an ask was withdrawn goes with the rest", arguments: Engine.allCases)
    func withdrawn(engine: Engine) async throws {
        let told = try await Told(engine)
        let row = told.row
        try await row.maker.work { _ = try $0.withdraw(told.second, because: "Lotte Peeters of Canaryville says it is solved") }
        try await row.all.settle()
        let wish = try await told.ask()
        try await row.dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        let e = try #require(try await told.asked(row.maker, told.first).first)
        try await row.maker.work { _ = try $0.erase(e.id) }
        try await row.all.settle()
        let s = try #require(try await told.asked(row.supplier, told.second).first)
        try await row.supplier.work { _ = try $0.erase(s.id) }
        try await row.all.settle()
        #expect(try await row.supplier.holds(["Lotte", "Peeters", "Canaryville"]) == [])
    }

    @Test("how another company calls its customer goes with the rest", arguments: Engine.allCases)
    func label(engine: Engine) async throws {
        let row = try await Row(engine)
        let h = UUID()
        let (source, enterprise, now, toMaker) = (try row.dealer.node.address(of: row.dealer.enterprise.slug), row.dealer.enterprise, row.network.time, row.toMaker)
        try await row.dealer.database.write { tx in
            guard let link = try LinkStore(enterprise.id, tx).find(toMaker) else { return }
            let json = #"{"handover":"\#(h.uuidString.lowercased())","kind":"enquiry","title":"t","ask":{"form":"text","text":"look"},"customer":"Lotte Peeters"}"#
            var out = Outgoing(try HandoverOfferedV1(JSONValue(parsing: Array(json.utf8))))
            out.route = EventRoute("")
            try Outbox(enterprise.id, source: source, tx).enqueue(out, link: link, conversation: ID(h), at: now)
        }
        try await row.all.settle()
        let item = try await row.maker.item(ID(h))
        #expect(item.customerLabel == "Lotte Peeters")
        try await row.dealer.send(ErasureRequestedV1(request: UUID(), customer: "x", handover: h), over: row.toMaker)
        try await row.all.settle()
        let e = try #require(try await row.maker.work { try $0.erasures.list(about: item).first })
        try await row.maker.work { _ = try $0.erase(e.id) }
        #expect(try await row.maker.holds(["Lotte", "Peeters"]) == [])
    }

    @Test("retention leaves a case that is open", arguments: Engine.allCases)
    func open(engine: Engine) async throws {
        let told = try await Told(engine)
        let row = told.row
        try await row.maker.work { [first = told.first] in _ = try $0.answer(first, Answer(text: "Yes.")) }
        try await row.all.settle()
        row.network.advance(731 * 86_400)
        try await KeepToRetention.run(row.maker.kernel, row.maker.database, at: row.network.time)
        #expect(try await row.maker.item(told.first).isOpen)
        #expect(try await row.maker.holds(["canary words"]) == ["canary words"], "an open case is kept")
    }

    @Test("what comes after an erasure goes when its time comes", arguments: Engine.allCases)
    func late(engine: Engine) async throws {
        let told = try await Told(engine)
        let row = told.row
        try await row.supplier.work { [second = told.second] in _ = try $0.answer(second, Answer(text: "Yes.")) }
        try await row.all.settle()
        try await row.maker.work { [first = told.first] in _ = try $0.answer(first, Answer(text: "Yes.")) }
        try await row.all.settle()
        let (mscope, tm) = (row.maker.enterprise.id, row.toMaker)
        try await row.maker.database.write { tx in
            let links = LinkStore(mscope, tx)
            guard var held = try links.take(tm) else { return }
            held.contract?.retention = Retention(daysAfterCase: 1, daysAfterLink: 1)
            try links.save(held)
        }
        row.network.advance(2 * 86_400)
        try await KeepToRetention.run(row.maker.kernel, row.maker.database, at: row.network.time)
        #expect(try await row.maker.holds(["canary words"]) == [])
        let (question, toMaker) = (told.question, row.toMaker)
        try await row.dealer.work { desk in
            try desk.change(question) { item in
                _ = try desk.write("Postscript: Zebulon Quark of Lateville, +31699999999", to: Audience(customer: false, links: [toMaker]), in: &item)
            }
        }
        try await row.all.settle()
        #expect(try await row.maker.holds(["zebulon", "lateville"]).count == 2)
        row.network.advance(5000 * 86_400)
        try await KeepToRetention.run(row.maker.kernel, row.maker.database, at: row.network.time)
        #expect(try await row.maker.holds(["zebulon", "lateville"]) == [], "13 years later")
        let (scope, now) = (row.maker.enterprise.id, row.network.time)
        try await row.maker.database.write { tx in
            let links = LinkStore(scope, tx)
            if let link = try links.take(toMaker) { try links.close(link, at: now) }
        }
        row.network.advance(5000 * 86_400)
        try await KeepToRetention.run(row.maker.kernel, row.maker.database, at: row.network.time)
        #expect(try await row.maker.holds(["zebulon", "lateville"]) == [], "and 13 years after the link")
    }

    @Test("a file of a third company stays, whoever names its digest", arguments: Engine.allCases)
    func foreignFile(engine: Engine) async throws {
        let told = try await Told(engine)
        let row = told.row
        let report = Upload(name: "report.pdf", bytes: Array("%PDF-1.7 the supplier's evidence".utf8))
        try await row.supplier.work { [second = told.second] in _ = try $0.answer(second, Answer(text: "See report."), files: [report]) }
        try await row.all.settle()
        let item = try await row.maker.item(told.first)
        let file = try #require(try await row.maker.work { try $0.attachments.list(of: item.id).values.flatMap { $0 }.first { $0.name == "report.pdf" } })
        let ref = AttachmentRefV1(digest: file.digest.hex, name: "x.pdf", type: "application/pdf", size: 30)
        try await row.dealer.send(
            MessageAddedV1(message: UUID(), handover: told.first.uuid, author: "Spoke", company: "Spoke", text: "hi", writtenAt: row.network.time.wire, audience: ["Velora"], isForCustomer: false, attachments: [ref]),
            over: row.toMaker)
        try await row.all.settle()
        let wish = try await told.ask()
        try await row.dealer.work { _ = try $0.erase(wish) }
        try await row.all.settle()
        let e = try #require(try await told.asked(row.maker, told.first).first)
        try await row.maker.work { _ = try $0.erase(e.id) }
        let left = try await row.maker.work { try $0.attachments.list(of: item.id).values.flatMap { $0 }.map(\.name) }
        #expect(left.contains("report.pdf"), "what the supplier sent is kept")
    }

    @Test("a file that a company only announces keeps nobody's bytes", arguments: Engine.allCases)
    func announcedFile(engine: Engine) async throws {
        let row = try await Row(engine)
        let (q, other) = (try await row.dealer.ask(), try await row.dealer.ask())
        let photo = Upload(name: "me.jpg", bytes: Array("what only the customer has sent".utf8))
        try await row.dealer.asCustomer(of: q) { desk, item in
            let m = Message(caseID: item.id, author: .init(.customer, name: "Lotte"), body: "", audience: Audience(customer: true), sentAt: desk.now)
            try desk.keep(m, [photo], in: &item)
        }
        try await row.dealer.work { [link = row.toMaker] desk in
            let note = Message(caseID: other, author: .init(.company, name: "Velora"), body: "", audience: Audience(customer: false), sentAt: desk.now)
            try desk.messages.add(note)
            try desk.attachments.add(
                Attachment(
                    id: ID(), caseID: other, message: note.id, digest: photo.digest, name: "x.jpg", type: "image/jpeg", size: 31,
                    comingOver: link, comingSince: desk.now))
        }
        let wish = try await row.dealer.asCustomer(of: q) { desk, item in try desk.askErasure(in: &item).id }
        try await row.dealer.work { _ = try $0.erase(wish) }
        let kept: Int? = try await row.dealer.database.read { tx in try tx.first("SELECT count(*) FROM blobs") { try $0.next() } }
        #expect(kept == 0)
    }

    @Test("a file of ours stays when a customer sends it back", arguments: Engine.allCases)
    func ownFile(engine: Engine) async throws {
        let row = try await Row(engine)
        let q = try await row.dealer.ask()
        let contract = Upload(name: "signed-contract.pdf", bytes: Array("%PDF-1.7 what you owe us".utf8))
        try await row.dealer.work { desk in
            try desk.change(q) { item in
                _ = try desk.write("Here is your contract.", files: [contract], to: Audience(customer: true), in: &item)
            }
        }
        try await row.dealer.asCustomer(of: q) { desk, item in
            let m = Message(caseID: item.id, author: .init(.customer, name: "Lotte"), body: "", audience: Audience(customer: true), sentAt: desk.now)
            try desk.keep(m, [contract], in: &item)
        }
        let wish = try await row.dealer.asCustomer(of: q) { desk, item in try desk.askErasure(in: &item).id }
        try await row.dealer.work { _ = try $0.erase(wish) }
        let left = try await row.dealer.work { try $0.attachments.list(of: q).values.flatMap { $0 }.map(\.name) }
        #expect(left.contains("signed-contract.pdf"), "what staff sent is kept")
    }

    @Test("one handover is about one customer", arguments: Engine.allCases)
    func rebinding(engine: Engine) async throws {
        let told = try await Told(engine)
        let row = told.row
        let other = ContactSharedV1(
            handover: told.first.uuid, customer: "another", name: "Xaviera Xanadu", points: [], place: nil, language: nil)
        try await row.dealer.send(other, over: row.toMaker)
        try await row.all.settle()
        #expect(try await row.maker.holds(["xaviera"]) == [])
        #expect(try await row.maker.holds(["Lotte"]) == ["Lotte"])
    }

    @Test("requests about one case do not pile up", arguments: Engine.allCases)
    func pile(engine: Engine) async throws {
        let told = try await Told(engine)
        let row = told.row
        for _ in 0..<30 {
            try await row.dealer.send(
                ErasureRequestedV1(request: UUID(), customer: "whatever", handover: told.first.uuid), over: row.toMaker)
        }
        try await row.all.settle()
        row.network.advance(60)
        let own = try await row.maker.ask("own", name: "Own Customer")
        let wish = try await row.maker.asCustomer(of: own) { desk, item in try desk.askErasure(in: &item).id }
        #expect(try await row.maker.work { try $0.erasures.waiting().map(\.erasure.id) }.contains(wish))
        #expect(try await told.asked(row.maker, told.first).count == 5)
    }
}
