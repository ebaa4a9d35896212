// SPDX-License-Identifier: Apache-2.0
import Foundation
import StorageTesting
import Testing

/// The graph of a target's folders, read from its sources: a folder points to another where it names a type of it.
private struct FolderGraph {
    private(set) var arrows: [String: [String: Set<String>]] = [:]

    init(_ target: URL) throws {
        let root = target.resolvingSymlinksInPath().path + "/"
        let found = FileManager.default.enumerator(at: target.resolvingSymlinksInPath(), includingPropertiesForKeys: nil)
        let files = (found?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
        var (owner, code): ([String: String], [(folder: String, text: String)]) = ([:], [])
        for file in files {
            let parts = file.path.dropFirst(root.count).split(separator: "/")
            guard parts.count > 1, !parts.contains("Tests") else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
                .replacing(/"""(?s:.*?)"""/, with: "").replacing(/\/\/.*/, with: "")
                .replacing(/"(?:[^"\\\n]|\\.)*"/, with: "")
            let folder = String(parts[0])
            code.append((folder, text))
            let declared = /(?m)^(?:package |public |final |indirect )*(?:struct|enum|class|actor|protocol|typealias) ([A-Z]\w*)/
            for match in text.matches(of: declared) { owner[String(match.1)] = folder }
        }
        for (folder, text) in code {
            // What follows a full stop is a part of another type.
            for match in text.replacing(/\.[A-Z]\w*/, with: "").matches(of: /\b[A-Z]\w*/) {
                guard let other = owner[String(match.output)], other != folder else { continue }
                arrows[folder, default: [:]][other, default: []].insert(String(match.output))
            }
        }
    }

    /// Folders that lead back to themselves, with where the arrows between them come from.
    var circles: [String] {
        func reaches(_ start: String, _ end: String) -> Bool {
            var (seen, next): (Set<String>, [String]) = ([], [start])
            while let folder = next.popLast() {
                for other in (arrows[folder] ?? [:]).keys where seen.insert(other).inserted { next.append(other) }
            }
            return seen.contains(end)
        }
        return arrows.flatMap { folder, others in
            others.filter { reaches($0.key, folder) }.map { "\(folder) → \($0.key): \($0.value.sorted().joined(separator: ", "))" }
        }.sorted()
    }
}

@Suite("The house")
struct HouseTests {
    private static let sources = URL(filePath: #filePath).appending(path: "../../../Sources").standardizedFileURL

    private static let targets = [
        "Collaboration", "Entente", "EntenteBench", "EntenteCommand", "Exchange", "Formats", "HTTPMessageSignatures",
        "Networking", "Office", "Storage", "StorageTesting", "Web", "WorstInputs",
    ]

    @Test("no folder of a target leads back to itself", arguments: targets)
    func folders(target: String) throws {
        #expect(try FolderGraph(Self.sources.appending(path: target)).circles == [])
    }

    @Test("a circle would be seen, and what stands in comments, texts and other types is none")
    func circle() throws {
        let target = try TestFolder.make()
        func write(_ folder: String, _ text: String) throws {
            let place = target.appending(path: folder)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try text.write(to: place.appending(path: "\(UUID()).swift"), atomically: true, encoding: .utf8)
        }
        try write("Upper", "struct Door { let key: Key }")
        try write("Lower", "package struct Key {}\n// A Door has one.\nlet text = \"Door\"\nlet other = House.Door()")
        #expect(try FolderGraph(target).circles == [])
        try write("Lower", "struct Lock { let door: Door }")
        #expect(try FolderGraph(target).circles == ["Lower → Upper: Door", "Upper → Lower: Key"])
    }
}
