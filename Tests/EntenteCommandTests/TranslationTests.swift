// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Entente
import Testing

@testable import Web

@Suite("Dutch")
struct TranslationTests {
    @Test("every text in a template has its Dutch")
    func complete() throws {
        let templates = try Templates(.ofSourceTree.get())
        #expect(templates.untranslated(in: "nl") == [])
        #expect(templates.names.count > 50)
    }

    @Test("so have the title, the stages and the door of every kind of case, and the label of every field")
    func code() throws {
        let translations = try Templates(.ofSourceTree.get()).translations
        let kinds = Features.kernel(host: "").kinds.all.flatMap { kind in
            [kind.title] + kind.lifecycle.stages.map(\.title) + (kind.door.map { [$0.label, $0.hint] } ?? [])
        }
        let labels = Features.all.actions.flatMap { Self.labels($0) }
        #expect(labels.count > 100)
        #expect(Set(kinds + labels).filter { translations.translation(of: $0, in: "nl") == nil }.sorted() == [])
    }

    private static func labels<A: Web.Operation>(_ action: A.Type) -> [String] {
        OperationDescription(action).fields.compactMap { $0.label?.key }
    }
}
