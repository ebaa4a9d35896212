// SPDX-License-Identifier: Apache-2.0

/// An ISO 4217 currency code, such as `EUR`.
package struct Currency: Hashable, Sendable, RawRepresentable, Codable, SQLConvertible {
    package let rawValue: String

    /// Takes three capital letters, nothing else.
    package init?(rawValue: String) {
        guard rawValue.utf8.count == 3, rawValue.utf8.allSatisfy({ (65...90).contains($0) }) else { return nil }
        self.rawValue = rawValue
    }

    package static let euro = Currency(letters: "EUR")

    private init(letters: String) { rawValue = letters }

    /// The decimal places of the minor unit.
    package var minorUnitDigits: Int {
        switch rawValue {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
            "XOF", "XPF":
            0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        case "CLF", "UYW": 4
        default: 2
        }
    }
}

/// An amount in whole minor units (cents) of one currency. Stored as two columns: minor units, currency.
package struct Money: Hashable, Sendable, Codable {
    package let minorUnits: Int64
    package let currency: Currency

    package init(minorUnits: Int64, _ currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Throws `MoneyError.differentCurrencies` rather than mix, and `.outOfRange` rather than wrap.
    package static func + (left: Money, right: Money) throws(MoneyError) -> Money {
        guard left.currency == right.currency else { throw .differentCurrencies }
        return try Money(left.minorUnits.addingReportingOverflow(right.minorUnits), left.currency)
    }

    package static func - (left: Money, right: Money) throws(MoneyError) -> Money {
        guard left.currency == right.currency else { throw .differentCurrencies }
        return try Money(left.minorUnits.subtractingReportingOverflow(right.minorUnits), left.currency)
    }

    package static func * (money: Money, count: Int64) throws(MoneyError) -> Money {
        try Money(money.minorUnits.multipliedReportingOverflow(by: count), money.currency)
    }

    private init(_ result: (partialValue: Int64, overflow: Bool), _ currency: Currency) throws(MoneyError) {
        if result.overflow { throw .outOfRange }
        self.init(minorUnits: result.partialValue, currency)
    }
}

package enum MoneyError: Error {
    case differentCurrencies
    case outOfRange
}

extension Money: CustomStringConvertible {
    /// `-12.05 EUR`: for logs and exports; pages write amounts as their reader is used to.
    package var description: String {
        let digits = String(minorUnits.magnitude)
        let places = currency.minorUnitDigits
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let fraction = places > 0 ? "." + padded.suffix(places) : ""
        return "\(minorUnits < 0 ? "-" : "")\(padded.dropLast(places))\(fraction) \(currency.rawValue)"
    }
}
