// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// The form for a case that reached us by phone, in person, or in any way but the web.
package struct NewCase: Action {
    package struct Input: FormInput {
        package let customer: ID<Customer>?

        package init(_ form: inout Form) { customer = form.optionalID("customer", label: "Customer") }
    }

    package static let route = Route.get("/{enterprise}/cases/new")
    package static let summary = "Kinds of case and their titles, for a new one"
    package static let access = Permission.casesWrite

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<[KindView]> {
        .show(call.services.kernel.kinds.offered(by: call.caller.enterprise).map { KindView(name: $0.name, title: $0.title) })
    }

    package static func page(
        _ output: [KindView], _ call: Call<StaffCaller, Input>, _ tx: Transaction
    ) throws -> Page? {
        let customer = try call.input.customer.flatMap { try call.desk(tx).customers.find($0) }
        let chosen: Model =
            customer.map { ["id": .text("\($0.id)"), "name": .text($0.name), "place": .text($0.place)] } ?? .none
        let kinds: [Model] = output.enumerated().map { index, kind in
            [
                "value": .text(kind.name), "label": .message(Phrase(stringLiteral: kind.title)),
                "selected": .flag(index == 0),
            ]
        }
        return Page(
            "new-case", title: "New case",
            [
                "kinds": .list(kinds), "chosenCustomer": chosen,
                "forms": ["newCase": ["channel": ["is": ["phone": true]], "priority": ["is": ["normal": true]]]],
            ])
    }
}

package struct KindView: Codable, Sendable {
    package let name: String
    package let title: String
}

/// Opens a case on a customer's behalf.
package struct OpenCaseByHand: Action {
    package struct Input: FormInput {
        package let kind: String
        package let subject: String
        package let text: String
        package let customer: ID<Customer>?
        package let name: String
        package let contact: ContactPoint?
        package let channel: Channel
        package let priority: Case.Priority
        package let product: String
        package let serial: String
        package let files: [Upload]

        package init(_ form: inout Form) {
            kind = form.text("kind", label: "Kind", max: 40)
            subject = form.text("subject", label: "Subject", max: 200)
            text = form.text("text", label: "What the customer says", max: 20_000, multiline: true)
            customer = form.optionalID("customer", label: "Customer")
            name = form.optionalText("name", label: "Customer’s name", max: 200) ?? ""
            contact = form.optionalText("contact", label: "E-mail or number", max: 200).map(ContactPoint.init(guessing:))
            channel = form.choice("channel", label: "Channel", default: .phone)
            priority = form.choice("priority", label: "Priority", default: .normal)
            product = form.optionalText("product", label: "Product", max: 200) ?? ""
            serial = form.optionalText("serial", label: "Serial number", max: 100) ?? ""
            files = form.files("files", label: "Attach").map { Upload($0) }
            if customer == nil && name.isEmpty { form.reject("name", "Say who the customer is.") }
            if let contact { form.check(contact, field: "contact") }
        }
    }

    package static let route = Route.post("/{enterprise}/cases")
    package static let summary = "Open a case on a customer's behalf"
    package static let gives = Gives.creation
    package static let access = Permission.casesWrite
    package static let retryForm: (any Action.Type)? = NewCase.self
    package static let formName = "newCase"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<CaseLineView> {
        let (desk, input) = (call.desk(tx), call.input)
        guard desk.kernel.kinds.offered(by: desk.enterprise).contains(where: { $0.name == input.kind }) else {
            throw CaseRefusal.unknownKind(input.kind)
        }
        let customer = try input.customer.map { id in
            guard let customer = try desk.customers.find(id), customer.knownThrough == nil else { throw Missing.customer }
            return customer
        } ?? desk.customers.findOrAdd(name: input.name, reachedBy: [input.contact].compactMap(\.self))
        var draft = CaseDraft(
            kind: input.kind, title: input.subject, body: input.text, author: .init(.customer, name: customer.name),
            audience: Audience(customer: true))
        draft.customer = customer.id
        draft.channel = input.channel
        draft.priority = input.priority
        draft.product = input.product
        draft.serial = input.serial
        draft.owner = call.caller.member.id
        draft.uploads = input.files
        let item = try desk.open(draft).case
        return .created(
            CaseLineView(CaseLine(item: item, customerName: customer.name), desk), at: desk.path(to: item),
            notice: "Opened.")
    }
}

extension ContactPoint {
    /// An e-mail address if it has an @, a phone number if not.
    package init(guessing text: String) {
        self.init(channel: text.contains("@") ? .email : .phone, value: text, isPreferred: true)
    }
}

extension CustomerStore {
    /// The customer with this name and one of these contact points, or a new one.
    package func findOrAdd(name: String, reachedBy points: [ContactPoint], language: String = "en") throws -> Customer {
        // Matched again under the lock: they may have been erased meanwhile.
        if let found = try match(name: name, points), try take(found.id) != nil, let known = try match(name: name, points) {
            return known
        }
        let customer = Customer(name: name, language: language, createdAt: desk.now)
        try add(customer, reachedBy: points)
        return customer
    }
}
