// SPDX-License-Identifier: Apache-2.0

extension String {
    /// Two letters for a name's picture, of its first word and its last: "Inès Martin" is "IM".
    package var initials: String {
        // By bytes, because a page with fifty messages asks fifty times; only the two letters are looked at as such.
        var starts: [Index] = []
        var startsWord = true
        for index in utf8.indices {
            if startsWord, self[index].isLetter { starts.append(index) }
            startsWord = utf8[index] == UInt8(ascii: " ")
        }
        let letters = [starts.first, starts.count > 1 ? starts.last : nil].compactMap { $0.map { self[$0] } }
        return String(letters).uppercased()
    }
}
