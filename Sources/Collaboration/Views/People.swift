// SPDX-License-Identifier: Apache-2.0

extension String {
    /// Two letters for a name's picture: "Inès Martin" is "IM".
    package var initials: String {
        if utf8.allSatisfy({ $0 < 128 }) { return asciiInitials }
        let words = split(separator: " ").filter { $0.first?.isLetter == true }
        let letters = [words.first, words.count > 1 ? words.last : nil].compactMap { $0?.first }
        return String(letters).uppercased()
    }

    /// The same for plain letters, many times as fast.
    private var asciiInitials: String {
        let words = utf8.split(separator: UInt8(ascii: " ")).filter { word in
            word.first.map { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") } ?? false
        }
        let letters = [words.first, words.count > 1 ? words.last : nil].compactMap { $0?.first }
        return String(decoding: letters.map { $0 & 0xDF }, as: UTF8.self)
    }
}
