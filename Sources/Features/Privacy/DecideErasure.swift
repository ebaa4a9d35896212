// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// What staff decide about a wish to be forgotten: erase, or keep on a legal ground.
struct ErasureDecision: Sendable {
    enum Verdict: String, Sendable, CaseIterable { case erase, refuse }

    let verdict: Verdict
    let ground: Erasure.Ground?
    let reason: String
    let passesOn: Bool

    init(_ form: inout Form) {
        verdict = form.choice("decision", label: "Decision")
        let isSure = form.flag("sure", label: "Yes, erase it for good")
        ground = form.optionalChoice("ground", label: "Legal ground")
        reason = form.optionalText("reason", label: "In your words", max: 200, multiline: true) ?? ""
        passesOn = form.flag("passOn", label: "Ask the others to erase it all the same")
        if verdict == .erase, !isSure { form.reject("sure", "Confirm it first: what is erased cannot be brought back.") }
        if verdict == .refuse, ground == nil { form.reject("ground", "Choose the legal ground on which you keep it.") }
    }

    func apply(to erasure: Erasure, _ desk: Desk) throws {
        switch (verdict, ground) {
        case (.erase, _): _ = try desk.erase(erasure.id)
        case (.refuse, let ground?):
            _ = try desk.refuse(erasure.id, on: ground, reason: reason, passingOn: passesOn)
        case (.refuse, nil): break
        }
    }

    var notice: Phrase {
        verdict == .erase ? "Erased. Those who were told are asked to erase it too." : "Refused. They see on what ground."
    }
}

/// Answers a customer who asks to be forgotten, or the company whose customer it is; also erases a customer of ours who
/// asked in another way.
package struct DecideErasure: Action {
    package struct Input: FormInput {
        package let customer: ID<Customer>
        let decision: ErasureDecision

        package init(_ form: inout Form) {
            customer = form.path("customer")
            decision = ErasureDecision(&form)
        }
    }

    package static let route = Route.post("/{enterprise}/customers/{customer}/erasure")
    package static let summary = "Erase a customer, or refuse to on a legal ground"
    package static let access = Permission.customersErase
    package static let retryForm: (any Action.Type)? = ShowCustomer.self
    package static let formName = "erasure"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<[ErasureView]> {
        let (desk, decision) = (call.desk(tx), call.input.decision)
        guard let customer = try desk.customers.take(call.input.customer) else { throw Missing.customer }
        for erasure in try desk.erasuresToDecide(of: customer, decision.verdict) { try decision.apply(to: erasure, desk) }
        return .done(
            try ErasureView.all(desk.erasures.list(of: customer.id), desk),
            goTo: "/\(desk.enterprise.slug)/customers/\(customer.id)", notice: decision.notice)
    }
}

/// The same for a case whose customer is not known here by name.
package struct DecideErasureOfCase: Action {
    package struct Input: FormInput {
        package let number: CaseNumber
        let decision: ErasureDecision

        package init(_ form: inout Form) {
            number = CaseNumber(&form)
            decision = ErasureDecision(&form)
        }
    }

    package static let route = Route.post("/{enterprise}/cases/{number}/erasure")
    package static let summary = "Erase what is personal in a case, or refuse to on a legal ground"
    package static let access = Permission.customersErase
    package static let retryForm: (any Action.Type)? = ShowCase.self
    package static let formName = "erasure"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<[ErasureView]> {
        let (desk, decision) = (call.desk(tx), call.input.decision)
        let item = try desk.cases.find(call.input.number)
        let asked = try desk.erasures.list(about: item).filter { $0.state == .asked }
        guard !asked.isEmpty else { throw DecisionRefusal.notAsked }
        for erasure in asked { try decision.apply(to: erasure, desk) }
        return .done(
            try ErasureView.all(desk.erasures.list(about: item), desk), goTo: desk.path(to: item),
            notice: decision.notice)
    }
}

extension Desk {
    /// What waits for a decision. A customer of ours can be erased without having asked on their page.
    fileprivate func erasuresToDecide(of customer: Customer, _ verdict: ErasureDecision.Verdict) throws -> [Erasure] {
        let asked = try erasures.list(of: customer.id).filter { $0.state == .asked }
        guard asked.isEmpty else { return asked }
        guard customer.erasedAt == nil else { throw ErasureRefusal.erased }
        guard verdict == .erase, customer.knownThrough == nil else { throw DecisionRefusal.notAsked }
        let erasure = Erasure(cause: .staff, customer: customer.id, askedAt: now)
        try erasures.add(erasure, about: [])
        return [erasure]
    }
}
