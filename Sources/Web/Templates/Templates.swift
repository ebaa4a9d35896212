// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// All pages of the program, once per language.
package final class Templates: Sendable {
    private struct Library: Sendable {
        var byLanguage: [String: [String: Template]] = [:]
        var translations = Translations()
        /// English texts in templates without a translation, per language.
        var untranslated: [String: Set<String>] = [:]
        var stamp: [String: Date] = [:]
    }

    private let folders: [URL]
    private let reloads: Bool
    private let library: Mutex<Library>

    /// Those in all folders called `Pages`: `name.mustache` and `anything.nl.json`.
    package init(_ files: ProgramFiles) throws {
        folders = []
        reloads = false
        library = Mutex(try Self.load(files.inside("Pages").map { PageFile(name: $0.path, content: $0.bytes) }))
    }

    /// - Parameter reloads: whether a changed file counts at once; for development.
    package init(folders: [URL], reloads: Bool = false) throws {
        self.folders = folders
        self.reloads = reloads
        library = Mutex(try Self.load(folders))
    }

    private struct PageFile {
        let name: String
        let content: [UInt8]
    }

    /// Every `Pages` folder below a source tree, for development.
    package static func sourceFolders(below root: URL) -> [URL] {
        let found = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        return (found?.compactMap { $0 as? URL } ?? []).filter { $0.lastPathComponent == "Pages" }
    }

    package var translations: Translations { library.withLock { $0.translations } }
    package var names: [String] { library.withLock { ($0.byLanguage["en"] ?? [:]).keys.sorted() } }
    /// English texts in templates that a language does not translate.
    package func untranslated(in language: String) -> [String] {
        library.withLock { ($0.untranslated[language] ?? []).sorted() }
    }

    /// Renders a page; a language there is no file for gets English.
    package func render(_ name: String, _ model: Model, language: String) throws -> [UInt8] {
        if reloads { try reload() }
        let (templates, translations) = library.withLock {
            ($0.byLanguage[language] ?? $0.byLanguage["en"] ?? [:], $0.translations)
        }
        guard templates[name] != nil else { throw TemplateError(description: "there is no template “\(name)”") }
        var renderer = Renderer(templates: templates, translations: translations, language: language, model: model)
        renderer.render(name)
        if let missing = renderer.missing {
            throw TemplateError(description: "\(name) needs the template “\(missing)”, which does not exist")
        }
        return renderer.output
    }

    private func reload() throws {
        let stamp = try Self.stamp(Self.files(in: folders))
        guard stamp != library.withLock({ $0.stamp }) else { return }
        let loaded = try Self.load(folders)
        library.withLock { $0 = loaded }
    }

    private static func load(_ folders: [URL]) throws -> Library {
        let files = try files(in: folders)
        var library = try load(try files.map { PageFile(name: $0.lastPathComponent, content: Array(try Data(contentsOf: $0))) })
        library.stamp = try stamp(files)
        return library
    }

    private static func load(_ files: [PageFile]) throws -> Library {
        var library = Library()
        for file in files {
            guard let match = file.name.wholeMatch(of: /.+\.([a-z]{2})\.json/) else { continue }
            try library.translations.add(Data(file.content), language: String(match.1))
        }
        let names = Dictionary(grouping: files.map(\.name).filter { $0.hasSuffix(".mustache") }, by: \.self)
        if let double = names.first(where: { $0.value.count > 1 }) {
            throw TemplateError(description: "there are two templates “\(double.key)”")
        }
        for language in library.translations.languages {
            for file in files where file.name.hasSuffix(".mustache") {
                let name = String(file.name.dropLast(".mustache".count))
                let source = String(decoding: file.content, as: UTF8.self)
                let (text, missing) = translate(source, library.translations, language)
                library.untranslated[language, default: []].formUnion(missing)
                do {
                    library.byLanguage[language, default: [:]][name] = try Template(parsing: text)
                } catch {
                    throw TemplateError(description: "\(file.name), \(error.description)")
                }
            }
        }
        try check(library.byLanguage["en"] ?? [:])
        return library
    }

    /// Replaces `{{#t}}English{{/t}}` by its translation; blanks around and line breaks within do not count.
    private static func translate(
        _ source: String, _ translations: Translations, _ language: String
    ) -> (text: String, missing: Set<String>) {
        var text = ""
        var missing: Set<String> = []
        var rest = Substring(source)
        while let open = rest.range(of: "{{#t}}"), let close = rest.range(of: "{{/t}}"),
            open.upperBound <= close.lowerBound
        {
            let raw = rest[open.upperBound..<close.lowerBound]
            let english = raw.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            let translated = translations.translation(of: english, in: language)
            if translated == nil { missing.insert(english) }
            text += rest[..<open.lowerBound]
            if raw.first?.isWhitespace == true { text += " " }
            text += translated ?? english
            if raw.last?.isWhitespace == true { text += " " }
            rest = rest[close.upperBound...]
        }
        return (text + rest, missing)
    }

    private static func check(_ templates: [String: Template]) throws {
        for (name, template) in templates {
            if let missing = template.dependencies.first(where: { templates[$0] == nil }) {
                throw TemplateError(description: "\(name) needs the template “\(missing)”, which does not exist")
            }
        }
    }

    private static func files(in folders: [URL]) throws -> [URL] {
        try folders.flatMap { folder in
            try FileManager.default.contentsOfDirectory(
                at: folder, includingPropertiesForKeys: [.contentModificationDateKey])
        }
        .filter { $0.pathExtension == "mustache" || $0.lastPathComponent.wholeMatch(of: /.+\.[a-z]{2}\.json/) != nil }
        .sorted { $0.path < $1.path }
    }

    private static func stamp(_ files: [URL]) throws -> [String: Date] {
        try files.reduce(into: [:]) { stamp, file in
            var file = file
            file.removeAllCachedResourceValues()
            stamp[file.path] = try file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
        }
    }
}
