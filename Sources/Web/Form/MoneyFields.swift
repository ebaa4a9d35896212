// SPDX-License-Identifier: Apache-2.0
import Storage

extension Form {
    /// An amount of at least zero, and its currency in a field of its own.
    ///
    /// The decimal mark is a point or a comma, whatever the viewer's language. Thousands may be set apart by spaces only:
    /// a mark would make `1.250` mean two things.
    /// - Parameter currency: the name of the field that holds the ISO 4217 code.
    package mutating func money(_ name: String, label: Phrase? = nil, currency: String = "currency") -> Money {
        describe(name, label, .amount)
        describe(currency, "Currency", .currency)
        if let money = readMoney(name, label, currency) { return money }
        missing(name, label)
        return .placeholder
    }

    /// The currency counts only where an amount is given.
    package mutating func optionalMoney(
        _ name: String, label: Phrase? = nil, currency: String = "currency"
    ) -> Money? {
        describe(name, label, .amount, isRequired: false)
        describe(currency, "Currency", .currency, isRequired: false)
        return readMoney(name, label, currency)
    }

    private mutating func readMoney(_ name: String, _ label: Phrase?, _ currencyName: String) -> Money? {
        guard let text = single(name, label) else { return nil }
        guard let code = single(currencyName, "Currency") else {
            missing(currencyName, "Currency")
            return .placeholder
        }
        guard code.utf8.count <= Self.written, let currency = Currency(rawValue: code.uppercased()) else {
            reject(currencyName, "“\(String(code.unicodeScalars.prefix(20)))” is not a currency. Write its three letters, like EUR.")
            return .placeholder
        }
        if let units = Self.minorUnits(text, digits: currency.minorUnitDigits) {
            return Money(minorUnits: units, currency)
        }
        let example = currency.minorUnitDigits == 0 ? "120" : locale.language == "nl" ? "120,50" : "120.50"
        reject(
            name,
            "“\(self.label(name, label))” is not an amount in \(currency.rawValue). Write it like \(example), with no mark between thousands."
        )
        return .placeholder
    }

    private static func minorUnits(_ text: String, digits: Int) -> Int64? {
        guard text.utf8.count <= written,
            let match = text.wholeMatch(
                of: /([0-9]{1,15}|[0-9]{1,3}(?:[ \u{A0}\u{202F}][0-9]{3}){1,4})(?:[.,]([0-9]+))?/)
        else { return nil }
        let fraction = match.2 ?? ""
        guard fraction.count <= digits else { return nil }
        let whole = match.1.filter(\.isWholeNumber)
        return Int64(whole + fraction + String(repeating: "0", count: digits - fraction.count))
    }
}

extension Money {
    /// Given where nothing that could be read was; the action never runs with it.
    fileprivate static var placeholder: Money { Money(minorUnits: 0, .euro) }
}
