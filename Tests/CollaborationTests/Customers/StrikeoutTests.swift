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
            ("lotte  van peeters-maes called, and lotte peeters-maes again", "[…] called, and […] again"),
            ("Write to lotte.p@rider.example today", "Write to […] today"), ("On +32470555001 or +32 470 55 50 01.", "On […] or […]."),
            ("Mrs Peeters-Maes’s bike", "Mrs […]’s bike"),
        ])
    func struck(text: String, left: String) {
        #expect(strikeout(text) == left)
    }

    @Test("other words stay, also those with a name inside", arguments: ["van the man", "Charlotte’s", "+324705550012", "Lottery", "Van", ""])
    func stays(text: String) {
        #expect(strikeout(text) == text)
        #expect(Strikeout.nothing(text) == text)
    }

    @Test("a name is no pattern")
    func literal() {
        #expect(Strikeout(name: "noor q7b", points: [])("Noor q7b, or NOOR") == "[…], or […]")
        #expect(Strikeout(name: "A.*B (C$1", points: [])("A.*B (C$1 and axxb") == "[…] and axxb")
    }

    @Test(
        "words that much else is written with stay, wherever they stand",
        arguments: [
            ("The Old Bakery", "The oven of the old house. The bakery is shut.", "The oven of the old house. The bakery is shut."),
            ("The Old Bakery", "Call the old bakery, or Bakery for short", "Call […], or […] for short"),
            ("Jan Van den Berg", "Van out of den, up the berg. Mr Berg.", "Van out of den, up the berg. Mr […]."),
            ("Will Mark", "He will see a mark, says WILL.", "He will see a mark, says […]."),
        ])
    func common(name: String, text: String, left: String) {
        #expect(Strikeout(name: name, points: [])(text) == left)
    }

    @Test("who they were before goes as well")
    func formerly() {
        let strikeout = Strikeout(name: "Lotte Janssens", formerly: ["Lotte Peeters"], points: [])
        #expect(strikeout("Mrs Peeters is LOTTE JANSSENS, says lotte peeters") == "Mrs […] is […], says […]")
    }

    @Test("a text that is too much for the matcher is struck all the same")
    func long() {
        let left = strikeout(String(repeating: "Lotte van Peeters-Maes ", count: 200_000)).lowercased()
        #expect(!left.contains("lotte") && !left.contains("peeters"))
    }

    @Test("a name is struck whether its accents are characters of their own or not, and from labels in any case")
    func composition() {
        let strikeout = Strikeout(name: "Zo\u{EB} Qu\u{E4}rk", points: [])
        #expect(strikeout("Zoe\u{308} Qua\u{308}rk called") == "[…] called")
        let decomposed = Strikeout(name: "Zoe\u{308} Qua\u{308}rk", points: [])
        #expect(decomposed("call ZO\u{CB} now") == "call […] now")
        #expect(["zo\u{EB}", "zoe\u{308}", "quärk-case"].allSatisfy(strikeout.isIn))
        #expect(!strikeout.isIn(label: "battery"))
    }

    @Test("an organisation is struck by its whole name only")
    func organisation() {
        let strikeout = Strikeout(name: "The Old Bakery", .organisation, points: [])
        #expect(strikeout("The Old Bakery bakes in an Old house, says THE OLD BAKERY") == "[…] bakes in an Old house, says […]")
    }

    @Test(
        "a short name is struck as a whole, and one that is written without spaces also in the midst of a text",
        arguments: [
            ("李明", "请打给李明吧", "请打给[…]吧"), ("Bo", "Bo called. bo! Bobo", "[…] called. […]! Bobo"), ("I", "I do, i do", "[…] do, i do"),
            ("민호", "민호씨가 전화했다", "[…]씨가 전화했다"), ("–", "Here – there", "Here – there"),
        ])
    func short(name: String, text: String, left: String) {
        #expect(Strikeout(name: name, points: [])(text) == left)
    }
}
