// SPDX-License-Identifier: Apache-2.0
import Exchange
import Web

extension Model {
    /// A company's name as it stands, or in the viewer's language where it is only called by what it is: "a supplier".
    package static func companyName(_ name: String?) -> Model {
        guard let name, Role.allCases.contains(where: { $0.onwardName == name }) else { return .text(name) }
        return .message(Phrase(stringLiteral: name))
    }
}
