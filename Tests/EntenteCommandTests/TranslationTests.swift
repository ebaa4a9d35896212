// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Entente
import Foundation
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

    @Test("so has what a timeline says of every event")
    func events() throws {
        let translations = try Templates(.ofSourceTree.get()).translations
        let sources = URL(filePath: #filePath).appending(path: "../../../Sources").standardizedFileURL
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
        let told = try files.flatMap { Self.told(in: try String(contentsOf: $0, encoding: .utf8)) }
        #expect(told.count > 30)
        #expect(Set(told).filter { translations.translation(of: $0, in: "nl") == nil }.sorted() == [])
    }

    /// The keys of the phrases in functions that tell an event.
    private static func told(in source: String) -> [String] {
        source.components(separatedBy: " func told(_ event: Event").dropFirst().flatMap { rest -> [String] in
            let line = rest.prefix { $0 != "\n" }
            let body = line.hasSuffix("}") ? String(line) : rest.components(separatedBy: "\n    }\n").first ?? ""
            return body.matches(of: /"((?:\\\((?:[^()]|\([^()]*\))*\)|[^"\\])*)"/).map { literal in
                var count = -1
                return String(literal.1).replacing(/\\\((?:[^()]|\([^()]*\))*\)/) { _ in
                    count += 1
                    return "{\(count)}"
                }
            }
        }.filter { $0.contains { $0.isLetter } && $0.contains(" ") }
    }

    private static func labels<A: Web.Operation>(_ action: A.Type) -> [String] {
        OperationDescription(action).fields.compactMap { $0.label?.key }
    }
}
