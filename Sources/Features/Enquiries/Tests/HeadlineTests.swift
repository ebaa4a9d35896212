// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Collaboration

@Suite("The title of a question")
struct HeadlineTests {
    @Test("it is the first sentence, or the first line, and never long", arguments: [
        ("Is my battery certified? I take the ferry on Friday.", "Is my battery certified?"),
        ("Hello\nIs my battery certified?", "Hello"),
        ("No. 5 is missing", "No. 5 is missing"),
        ("Has it a UN 38.3 certificate? I fly.", "Has it a UN 38.3 certificate?"),
    ])
    func headline(text: String, title: String) {
        #expect(text.headline == title)
    }

    @Test("a long one is cut")
    func long() {
        let title = String(repeating: "battery ", count: 40).headline
        #expect(title.count == 121)
        #expect(title.hasSuffix("…"))
    }
}
