// SPDX-License-Identifier: Apache-2.0
import Office
import Storage
import Web

/// A feature that keeps something of customers.
package protocol PersonalDataFeature: Feature {
    static var personalData: [any PersonalData.Type] { get }
}

/// What a feature keeps of customers: how they get it, and how it is taken out. It writes only what it needs.
package protocol PersonalData: Sendable {
    /// As who asks for their data finds it, such as `wishes`.
    static var name: String { get }
    /// What is given of a customer beside their cases, and of one of their cases, in a form that programs read too: GDPR
    /// articles 15 and 20; `nil` if there is nothing.
    static func export(of customer: Customer, _ desk: Desk) throws -> (any Encodable & Sendable)?
    static func export(of item: Case, _ desk: Desk) throws -> (any Encodable & Sendable)?
    /// Takes the customer's own words and files out of a case, and who they are out of what others wrote about it.
    static func erase(from item: inout HeldCase, _ strikeout: Strikeout, as erased: Erased, _ desk: Desk) throws
    /// Strikes out who the customer is in what others wrote about a case, when the name goes but nothing else.
    static func strike(_ strikeout: Strikeout, in item: inout HeldCase, _ desk: Desk) throws
    /// Takes out what is kept of a customer, whom the caller holds, beside their cases; the last of these is erased.
    static func erase(_ customer: Customer, _ strikeout: Strikeout, _ desk: Desk) throws
}

extension PersonalData {
    package static func export(of customer: Customer, _ desk: Desk) throws -> (any Encodable & Sendable)? { nil }
    package static func export(of item: Case, _ desk: Desk) throws -> (any Encodable & Sendable)? { nil }
    package static func erase(from item: inout HeldCase, _ strikeout: Strikeout, as erased: Erased, _ desk: Desk) throws {}
    package static func strike(_ strikeout: Strikeout, in item: inout HeldCase, _ desk: Desk) throws {}
    package static func erase(_ customer: Customer, _ strikeout: Strikeout, _ desk: Desk) throws {}
}

private enum PersonalDataKey: ServiceKey { static let defaultValue: [any PersonalData.Type] = [] }

extension Kernel {
    package var personalData: [any PersonalData.Type] {
        get { self[PersonalDataKey.self] }
        set { self[PersonalDataKey.self] = newValue }
    }
}

extension Desk {
    /// Takes out of a case what is personal: the customer's own words and files, and all that the company told us whose
    /// customer it is. What we and others wrote stays, with the name and the contact data struck out. Number, stages, clocks
    /// and handovers stay.
    package func eraseContent(of item: inout HeldCase, _ strikeout: Strikeout, as erased: Erased) throws {
        for data in kernel.personalData { try data.erase(from: &item, strikeout, as: erased, self) }
    }

    /// Strikes out who the customer is in what we and others than their company wrote about a case; for when the name goes
    /// but nothing else. Afterwards nobody knows any more what to look for.
    func strikeOut(_ strikeout: Strikeout, in item: inout HeldCase) throws {
        for data in kernel.personalData { try data.strike(strikeout, in: &item, self) }
    }

    /// Takes out all that is kept of a customer, whom the caller holds, beside their cases.
    package func eraseAll(of customer: Customer, _ strikeout: Strikeout) throws {
        for data in kernel.personalData { try data.erase(customer, strikeout, self) }
    }
}
