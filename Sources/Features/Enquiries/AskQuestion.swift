// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// The public form for a question.
struct AskPage: Action {
    typealias Input = NoInput

    static let route = Route.get("/{enterprise}/ask")
    static let summary = "The form for a question"
    static let access = Anyone.Requirement.open(because: "customers need no account to ask")

    static func run(_ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Reply<EnterpriseView> {
        .show(EnterpriseView(try call.desk(tx).enterprise))
    }

    static func page(_ output: EnterpriseView, _ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Page? {
        let enterprise = try call.desk(tx).enterprise
        return Page(
            "enquiry-ask", title: "Ask us anything", layout: .public,
            ["enterprise": enterprise.model, "forms": ["ask": ["channel": ["is": ["email": true]]]]])
    }
}

/// A customer asks a question and gets a page of their own to follow the answer.
struct AskQuestion: Action {
    struct Input: FormInput {
        let question: String
        let about: ProductFields
        let customer: CustomerFields

        init(_ form: inout Form) {
            question = form.text("question", label: "Your question", max: 10_000, multiline: true)
            about = ProductFields(&form)
            customer = CustomerFields(&form)
        }
    }

    static let route = Route.post("/{enterprise}/ask")
    static let summary = "Ask a question"
    static let gives = Gives.creation
    static let access = Anyone.Requirement.open(because: "customers need no account to ask")
    static let retryForm: (any Action.Type)? = AskPage.self
    static let formName = "ask"
    static let limit: RateLimit? = RateLimit(10, per: .seconds(60), isShared: true)

    static func run(_ call: Call<Anyone, Input>, _ tx: Transaction) throws -> Reply<Followed> {
        let (desk, input) = (try call.desk(tx), call.input)
        let customer = try input.customer.add(language: call.caller.locale.language, desk)
        var draft = CaseDraft(
            kind: Enquiry.name, title: input.question.headline, body: input.question,
            author: .init(.customer, name: customer.name), audience: Audience(customer: true))
        draft.customer = customer.id
        input.about.fill(&draft)
        return try Followed.reply(try desk.acting(as: customer.actor).open(draft).case, desk)
    }
}
