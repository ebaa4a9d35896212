// SPDX-License-Identifier: Apache-2.0
import Entente
import Testing
import Web

@Suite("Dutch")
struct TranslationTests {
    @Test("every text in a template has its Dutch")
    func complete() throws {
        let templates = try Templates(folders: Node.pages)
        #expect(templates.untranslated(in: "nl") == [])
        #expect(templates.names.count > 50)
    }
}
