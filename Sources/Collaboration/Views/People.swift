// SPDX-License-Identifier: Apache-2.0

extension String {
    /// Two letters for a name's picture: "Inès Martin" is "IM".
    package var initials: String {
        let words = split(separator: " ").filter { $0.first?.isLetter == true }
        let letters = [words.first, words.count > 1 ? words.last : nil].compactMap { $0?.first }
        return String(letters).uppercased()
    }
}
