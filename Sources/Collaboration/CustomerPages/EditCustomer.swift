// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// Changes what is known of one of the enterprise's own customers.
package struct EditCustomer: Action {
    package enum Language: String, Sendable, CaseIterable { case en, nl }

    package struct Input: FormInput {
        package let customer: ID<Customer>
        package let name: String
        package let place: String
        package let language: Language
        package let kind: Customer.Kind?
        package let owner: ID<Member>?

        package init(_ form: inout Form) {
            customer = form.path("customer")
            name = form.text("name", label: "Name", max: 200)
            place = form.optionalText("place", label: "Place", max: 200) ?? ""
            language = form.choice("language", label: "Write to them in", default: .en)
            kind = form.optionalChoice("kind", label: "Kind")
            owner = form.optionalID("owner", label: "Owner")
        }
    }

    package static let route = Route.post("/{enterprise}/customers/{customer}")
    package static let summary = "Change a customer's name, place, language and owner"
    package static let access = Permission.customersWrite
    package static let retryForm: (any Action.Type)? = ShowCustomer.self
    package static let formName = "customer"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let (desk, input) = (call.desk(tx), call.input)
        var customer = try desk.customers.takeOwn(input.customer)
        if let owner = input.owner, try desk.members.find(owner) == nil { throw CaseRefusal.unknownMember }
        let told = [customer.name, customer.place, customer.language]
        customer.name = input.name
        customer.place = input.place
        customer.language = input.language.rawValue
        customer.owner = input.owner
        customer.kind = input.kind ?? customer.kind
        customer.revision += 1
        try desk.customers.save(customer, reachedBy: desk.customers.contactPoints(of: customer.id))
        if told != [customer.name, customer.place, customer.language] { try desk.shareCorrection(of: customer.id) }
        return .done(goTo: "/\(desk.enterprise.slug)/customers/\(customer.id)", notice: "Saved.")
    }
}

/// Adds a way to reach one of the enterprise's own customers.
package struct AddContactPoint: Action {
    package struct Input: FormInput {
        package let customer: ID<Customer>
        let point: ContactPoint

        package init(_ form: inout Form) {
            customer = form.path("customer")
            point = ContactPoint(
                channel: form.choice("channel", label: "Channel"), value: form.text("value", label: "E-mail or number", max: 200),
                isPreferred: form.flag("preferred", label: "They prefer this"),
                note: form.optionalText("note", label: "When or how", max: 200) ?? "")
            form.check(point, field: "value")
        }
    }

    package static let route = Route.post("/{enterprise}/customers/{customer}/contact-points")
    package static let summary = "Add a way to reach a customer"
    package static let access = Permission.customersWrite
    package static let retryForm: (any Action.Type)? = ShowCustomer.self
    package static let formName = "contactPoint"

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let (desk, point) = (call.desk(tx), call.input.point)
        var customer = try desk.customers.takeOwn(call.input.customer)
        let others = try desk.customers.contactPoints(of: customer.id).filter { $0.normalised != point.normalised }.map {
            ContactPoint(
                channel: $0.channel, value: $0.value, isPreferred: $0.isPreferred && !point.isPreferred, note: $0.note)
        }
        customer.revision += 1
        try desk.customers.save(customer, reachedBy: [point] + others)
        try desk.shareCorrection(of: customer.id)
        return .done(goTo: "/\(desk.enterprise.slug)/customers/\(customer.id)", notice: "Added.")
    }
}

/// Forgets a way to reach one of the enterprise's own customers.
package struct RemoveContactPoint: Action {
    package struct Input: FormInput {
        package let customer: ID<Customer>
        package let value: String

        package init(_ form: inout Form) {
            customer = form.path("customer")
            value = form.text("value", label: "E-mail or number", max: 200)
        }
    }

    package static let route = Route.post("/{enterprise}/customers/{customer}/contact-points/removal")
    package static let summary = "Forget a way to reach a customer"
    package static let access = Permission.customersWrite
    package static let retryForm: (any Action.Type)? = ShowCustomer.self

    package static func run(_ call: Call<StaffCaller, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        let desk = call.desk(tx)
        var customer = try desk.customers.takeOwn(call.input.customer)
        let kept = try desk.customers.contactPoints(of: customer.id).filter { $0.value != call.input.value }
        customer.revision += 1
        try desk.customers.save(customer, reachedBy: kept)
        try desk.shareCorrection(of: customer.id)
        return .done(goTo: "/\(desk.enterprise.slug)/customers/\(customer.id)", notice: "Removed.")
    }
}

extension CustomerStore {
    /// One of our own, held until the transaction ends; another company's customer is that company's to change.
    fileprivate func takeOwn(_ id: ID<Customer>) throws -> Customer {
        guard let customer = try take(id) else { throw Missing.customer }
        guard customer.knownThrough == nil else { throw CustomerRefusal.notOurs }
        guard customer.erasedAt == nil else { throw ErasureRefusal.erased }
        return customer
    }
}

extension Form {
    /// Refuses a contact point that cannot be one of its channel.
    package mutating func check(_ point: ContactPoint, field: String) {
        guard !point.value.isEmpty, !point.isPlausible else { return }
        if point.channel == .email {
            reject(field, "“\(point.value)” is not an e-mail address. Write it like name@example.org.")
        } else {
            reject(field, "“\(point.value)” is not a phone number. Write it like +32 470 12 34 56.")
        }
    }
}
