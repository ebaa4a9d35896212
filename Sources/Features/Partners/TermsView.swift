// SPDX-License-Identifier: Apache-2.0
import Exchange
import Networking

/// What a contract says, or would say, for programs and for the words on the pages where somebody agrees to it.
package struct TermsView: Codable, Sendable {
    /// Kinds of case that may be handed over, either way.
    package let kinds: [String]
    /// Fields that go with an offer, that follow on acceptance, and that never go: each company shows the other the same.
    package let withOffer: [String]
    package let onceAccepted: [String]
    package let never: [String]
    /// Fields that the other may show to third companies.
    package let passedOn: [String]
    /// How third companies hear of this enterprise, and of the other.
    package let shownAs: String
    package let theyAreShownAs: String
    package let daysAfterCase: Int
    package let daysAfterLink: Int

    init(
        _ fields: [SharedField: FieldRule], kinds: [String], _ retention: Retention, shownAs: String, theyAreShownAs: String
    ) {
        func named(_ fits: (FieldRule) -> Bool) -> [String] {
            SharedField.allCases.filter { field in fields[field].map(fits) ?? false }.map(\.rawValue)
        }
        self.kinds = kinds
        withOffer = named { $0.shared == .beforeAcceptance }
        onceAccepted = named { $0.shared == .afterAcceptance }
        never = SharedField.allCases.filter { (fields[$0]?.shared ?? .never) == .never }.map(\.rawValue)
        passedOn = named { $0.shared != .never && $0.passOn != .never }
        self.shownAs = shownAs
        self.theyAreShownAs = theyAreShownAs
        daysAfterCase = Int(retention.daysAfterCase)
        daysAfterLink = Int(retention.daysAfterLink)
    }

    /// A contract as the enterprise with this root key sees it.
    init(_ contract: Contract, ownRoot: String) {
        self.init(
            contract.fields, kinds: contract.kinds, contract.retention,
            shownAs: contract.party(ownRoot)?.onwardName ?? "", theyAreShownAs: contract.peer(of: ownRoot).onwardName)
    }

    /// What an invitation that nobody has opened offers.
    init(_ invitation: LinkInvitation) {
        let role = invitation.role
        self.init(
            role.fields, kinds: invitation.kinds, role.retention, shownAs: role.inverse.onwardName,
            theyAreShownAs: role.onwardName)
    }
}
