// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Collaboration

@Suite("What is struck out of others' words")
struct StrikeoutTests {
    private let strikeout = Strikeout(
        name: "Lotte van Peeters-Maes",
        points: [
            ContactPoint(channel: .email, value: "Lotte.P@rider.example"),
            ContactPoint(channel: .mobile, value: "+32 470 55 50 01"),
        ])

    @Test(
        "the name, its words, and the ways to reach them",
        arguments: [
            ("Dear Lotte van Peeters-Maes,", "Dear […],"), ("LOTTE called.", "[…] called."),
            ("Write to lotte.p@rider.example today", "Write to […] today"), ("On +32470555001 or +32 470 55 50 01.", "On […] or […]."),
            ("Mrs Peeters-Maes’s bike", "Mrs […]’s bike"),
        ])
    func struck(text: String, left: String) {
        #expect(strikeout(text) == left)
    }

    @Test("other words stay, also those with a name inside", arguments: ["van the man", "Charlotte’s", "+324705550012", "Lottery", ""])
    func stays(text: String) {
        #expect(strikeout(text) == text)
        #expect(Strikeout.nothing(text) == text)
    }

    @Test("a name is no pattern")
    func literal() {
        #expect(Strikeout(name: "noor q7b", points: [])("Noor q7b, or NOOR") == "[…], or […]")
        #expect(Strikeout(name: "A.*B (C$1", points: [])("A.*B (C$1 and axxb") == "[…] and axxb")
    }
}
