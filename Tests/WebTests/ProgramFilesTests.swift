// SPDX-License-Identifier: Apache-2.0
import Foundation
import StorageTesting
import Testing

@testable import Web

@Suite("What a program carries inside")
struct ProgramFilesTests {
    private let files = ProgramFiles([
        "Web/Assets/a.css": Array("p {\n}".utf8), "Web/Pages/empty.mustache": [], "Office/Pages/Ü.mustache": [0, 255, 10],
    ])

    private func program(_ bytes: [UInt8]) throws -> URL {
        let place = try TestFolder.make().appending(path: "program")
        try Data(bytes).write(to: place)
        return place
    }

    @Test("comes out as it went in, however often it is replaced, and the program before it stays as it was")
    func roundTrip() throws {
        let code = [UInt8]("\u{7F}ELF and so on".utf8)
        let (program, place) = (try program(code), try program([]))
        try ProgramFiles(["x/Pages/old": [1]]).enclose(in: program, to: place)
        try files.enclose(in: place, to: place)
        #expect(try ProgramFiles(program: place)?.files == files.files)
        #expect(try Data(contentsOf: place).starts(with: code))
        #expect(FileManager.default.isExecutableFile(atPath: place.path))
    }

    @Test("is nothing in a program that has nothing, and is refused where it is damaged")
    func damaged() throws {
        #expect(try ProgramFiles(program: program([])) == nil)
        #expect(try ProgramFiles(program: program(Array(repeating: 7, count: 100))) == nil)
        let mark = Array("entente\u{1}".utf8)
        for length: [UInt8] in [[0, 0, 0, 0, 0, 0, 0, 200], [255, 255, 255, 255, 255, 255, 255, 255], [0, 0, 0, 0, 0, 0, 0, 5]] {
            let broken = try program(Array("a\n900\nbcd".utf8) + length + mark)
            #expect(throws: ProgramFilesError.self) { try ProgramFiles(program: broken) }
        }
    }

    @Test("is what lies in the source tree's folders for pages and assets, and nothing else")
    func tree() throws {
        let files = try ProgramFiles.ofSourceTree.get()
        #expect(files.files["Web/Assets/entente.css"] != nil)
        #expect(files.files.keys.allSatisfy { $0.contains("/Pages/") || $0.contains("/Assets/") })
        #expect(files.inside("Pages").contains { $0.path == "layout-staff.mustache" })
    }
}
