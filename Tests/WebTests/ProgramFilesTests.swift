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
        let place = try program([])
        try files.enclose(in: program(Array("code".utf8)), to: place)
        let whole = Array(try Data(contentsOf: place))
        // A bit of what is inside, of its digest, and lengths that lead before the program or into its code.
        for (index, value): (Int, UInt8) in [(6, 0x20), (whole.count - 40, 1), (whole.count - 16, 0x7F), (whole.count - 9, 1)] {
            var broken = whole
            broken[index] ^= value
            let program = try program(broken)
            #expect(throws: ProgramFilesError.self, "\(index)") { try ProgramFiles(program: program) }
        }
        var far = whole
        far.replaceSubrange((far.count - 16)..<(far.count - 8), with: [UInt8](repeating: 0xFF, count: 8))
        let broken = try program(far)
        #expect(throws: ProgramFilesError.self) { try files.enclose(in: broken, to: place) }
    }

    @Test("counts once: two templates of one name are told, and what is merged takes the other's place")
    func doubles() throws {
        let one = ProgramFiles(["A/Pages/a.mustache": Array("one".utf8)])
        let other = ProgramFiles(["B/Pages/a.mustache": Array("other".utf8)])
        #expect(throws: TemplateError.self) { try Templates(ProgramFiles(one.files.merging(other.files) { $1 })) }
        #expect(one.merging(other).files.keys.sorted() == ["B/Pages/a.mustache"])
    }

    @Test("is what lies in the source tree's folders for pages and assets, and nothing else")
    func tree() throws {
        let files = try ProgramFiles.ofSourceTree.get()
        #expect(files.files["Web/Assets/entente.css"] != nil)
        #expect(files.files.keys.allSatisfy { $0.contains("/Pages/") || $0.contains("/Assets/") })
        #expect(files.inside("Pages").contains { $0.path == "layout-staff.mustache" })
    }
}
