// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// What every feature gives of a customer who asks for their data: GDPR articles 15 and 20. That it was given is written first.
package struct ExportCustomer: AsyncAction {
    package struct Input: FormInput {
        package let customer: ID<Customer>

        package init(_ form: inout Form) { customer = form.path("customer") }
    }

    package static let route = Route.post("/{enterprise}/customers/{customer}/exports")
    package static let summary = "A customer’s data as JSON, to be given to them"
    package static let gives = Gives.file
    package static let access = Permission.customersErase
    package static let limit: RateLimit? = RateLimit(20, per: .seconds(60))

    package static func run(_ call: Call<StaffCaller, Input>, _ database: Database) async throws -> Reply<Nothing> {
        let id = call.input.customer
        try await database.write { tx in
            let desk = call.desk(tx)
            guard try desk.customers.find(id) != nil else { throw Missing.customer }
            try desk.record(CustomerExported(), on: id.uuid)
        }
        return .file(
            StreamedFile(name: "customer-\(id).json", type: "application/json") { put in
                var start = "{"
                for data in call.services.kernel.personalData {
                    // Each in a transaction of its own: a file may be read slowly.
                    let part = try await database.read { tx -> [UInt8]? in
                        let desk = call.desk(tx)
                        guard let customer = try desk.customers.find(id), let held = try data.export(of: customer, desk) else { return nil }
                        return try JSONText.encode(held)
                    }
                    guard let part else { continue }
                    try await put(Array("\(start)\"\(data.name)\":".utf8) + part)
                    start = ","
                }
                try await put(Array((start == "{" ? "{}" : "}").utf8))
            })
    }
}

/// A customer's data was taken out, to be given to them.
package struct CustomerExported: EventPayload {
    package static let type = "customer.exported"
    package static let subject = "customer"
    package var deed: Deed { .exported }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) exported a customer’s data" }
}
