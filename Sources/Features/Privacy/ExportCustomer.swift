// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Formats
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
        let cases = try await database.write { tx in
            let desk = call.desk(tx)
            _ = try desk.customers.kept(id)
            try desk.record(CustomerExported(), on: id.uuid)
            return try desk.cases.all(of: id)
        }
        let parts = call.services.kernel.personalData
        return .file(
            StreamedFile(name: "customer-\(id).json", type: "application/json") { put in
                // Each case in a transaction of its own: a file may be read slowly, and a customer may have many. Who is erased
                // meanwhile gets a file that breaks off.
                let own = try await database.read { tx in
                    let desk = call.desk(tx)
                    let customer = try desk.customers.kept(id)
                    return try members(parts) { try $0.export(of: customer, desk) }
                }
                try await put(Array("{".utf8) + own + Array((own.isEmpty ? "" : ",").utf8) + Array("\"cases\":[".utf8))
                for (place, item) in cases.enumerated() {
                    let matter = try await database.read { tx in
                        let desk = call.desk(tx)
                        _ = try desk.customers.kept(id)
                        guard let item = try desk.cases.find(item) else { throw Missing.case }
                        return try members(parts) { try $0.export(of: item, desk) }
                    }
                    try await put(Array((place == 0 ? "{" : ",{").utf8) + matter + Array("}".utf8))
                }
                try await put(Array("]}".utf8))
            })
    }

    /// The members of an object, one for each part that holds anything.
    private static func members(
        _ parts: [any PersonalData.Type], _ held: (any PersonalData.Type) throws -> (any Encodable & Sendable)?
    ) throws -> [UInt8] {
        var text: [UInt8] = []
        for part in parts {
            guard let held = try held(part) else { continue }
            text += Array("\(text.isEmpty ? "" : ",")\"\(part.name)\":".utf8)
            text += try JSONText.encode(held)
        }
        return text
    }
}

extension CustomerStore {
    /// A customer who has not been erased.
    fileprivate func kept(_ id: ID<Customer>) throws -> Customer {
        guard let customer = try find(id) else { throw Missing.customer }
        guard customer.erasedAt == nil else { throw ErasureRefusal.erased }
        return customer
    }
}

/// A customer's data was taken out, to be given to them.
package struct CustomerExported: EventPayload {
    package static let type = "customer.exported"
    package static let subject = "customer"
    package var deed: Deed { .exported }

    package func told(_ event: Event, _ scene: EventScene) -> Phrase? { "\(event.actorName) exported a customer’s data" }
}
