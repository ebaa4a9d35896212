// SPDX-License-Identifier: Apache-2.0

extension Role {
    /// The rules that a contract with such a company starts from.
    package var fields: [SharedField: FieldRule] {
        var rules: [SharedField: FieldRule] = [
            .title: FieldRule(.beforeAcceptance), .ask: FieldRule(.beforeAcceptance),
            .question: FieldRule(.beforeAcceptance),
            .product: FieldRule(.beforeAcceptance), .serial: FieldRule(.beforeAcceptance),
            .place: FieldRule(.beforeAcceptance), .language: FieldRule(.beforeAcceptance),
            .details: FieldRule(.beforeAcceptance, owner: .both), .journey: FieldRule(.beforeAcceptance, owner: .both),
            .attachments: FieldRule(.beforeAcceptance, owner: .both),
            .messages: FieldRule(.afterAcceptance, owner: .both),
        ]
        switch self {
        case .partner:
            rules[.customerName] = FieldRule(.afterAcceptance, passOn: .never)
            rules[.customerContact] = FieldRule(.afterAcceptance, passOn: .never)
            rules[.customerPlace] = FieldRule(.afterAcceptance, passOn: .never)
        // The same relation, whoever of the two invites.
        case .supplier, .customer:
            rules[.customerName] = FieldRule(.never, passOn: .never)
            rules[.customerContact] = FieldRule(.never, passOn: .never)
            rules[.customerPlace] = FieldRule(.afterAcceptance, passOn: .never)
        }
        return rules
    }

    /// How such a company is called to third companies, unless it agrees to be named.
    package var onwardName: String {
        switch self {
        case .partner: "a partner"
        case .supplier: "a supplier"
        case .customer: "a customer"
        }
    }

    package var retention: Retention { Retention(daysAfterCase: 730, daysAfterLink: self == .partner ? 365 : 90) }
}
