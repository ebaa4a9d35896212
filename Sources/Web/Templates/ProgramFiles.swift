// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The files that the program needs besides its code: templates, translations, styles, scripts, fonts.
///
/// Where the program is installed they lie behind its code in the one file, put there by ``enclose(in:)``; a build that is
/// not for installing reads them from the source tree.
package struct ProgramFiles: Sendable {
    /// By path below `Sources`: `Web/Assets/entente.css`.
    package let files: [String: [UInt8]]

    package init(_ files: [String: [UInt8]]) { self.files = files }

    /// All files in folders that are called `Pages` or `Assets`.
    package init(sources: URL) throws {
        let root = sources.resolvingSymlinksInPath()
        let found = FileManager.default.enumerator(at: root, includingPropertiesForKeys: [.isRegularFileKey])
        var files: [String: [UInt8]] = [:]
        for case let file as URL in found ?? FileManager.DirectoryEnumerator() {
            let path = file.resolvingSymlinksInPath().path
            guard path.hasPrefix(root.path + "/"), try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
            else { continue }
            let name = String(path.dropFirst(root.path.count + 1))
            guard !Set(name.split(separator: "/")).isDisjoint(with: ["Pages", "Assets"]) else { continue }
            files[name] = Array(try Data(contentsOf: file))
        }
        self.files = files
    }

    #if DEBUG
    /// Those of the tree from which this was built, for tests and for builds that are not for installing.
    package static let ofSourceTree = Result {
        try ProgramFiles(sources: URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL)
    }
    #endif

    /// The files of a folder, under their own names, as if they were one feature's pages.
    package init(folder: URL) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        files = try names.reduce(into: [:]) {
            $0["Pages/\($1)"] = Array(try Data(contentsOf: folder.appending(path: $1)))
        }
    }

    /// With those of another, which count where both have a page of one name.
    package func merging(_ others: ProgramFiles) -> ProgramFiles {
        let names = Set(others.inside("Pages").map(\.path))
        let others = others.files
        return ProgramFiles(
            files.filter { path, _ in !names.contains(String(path.split(separator: "/").last ?? "")) }.merging(others) { $1 })
    }

    /// Those in folders of one name, by their path below it.
    func inside(_ folder: String) -> [(path: String, bytes: [UInt8])] {
        files.sorted { $0.key < $1.key }.compactMap { path, bytes in
            let parts = path.split(separator: "/")
            guard let place = parts.firstIndex(of: Substring(folder)) else { return nil }
            return (parts[(place + 1)...].joined(separator: "/"), bytes)
        }
    }
}

/// The program with its files behind it: for each a line with its path, a line with how many bytes it has, and these; then
/// the SHA-256 of all of that, how many bytes it is, in eight bytes, the most significant first, and eight bytes to know it by.
extension ProgramFiles {
    private static let mark = Array("entente\u{1}".utf8)
    private static let footer = 48

    /// Those that a program holds; `nil` if it holds none.
    package init?(program: URL) throws {
        let handle = try FileHandle(forReadingFrom: program)
        defer { try? handle.close() }
        guard let (start, length, digest) = try Self.place(in: handle) else { return nil }
        try handle.seek(toOffset: start)
        let bytes = Array(try handle.read(upToCount: Int(length)) ?? Data())
        guard bytes.count == Int(length), Array(SHA256.hash(data: bytes)) == digest else { throw ProgramFilesError.damaged }
        try self.init(parsing: bytes)
    }

    /// Where in a program they begin, how many bytes they are, and their digest; `nil` if it holds none.
    private static func place(in handle: FileHandle) throws -> (start: UInt64, length: UInt64, digest: [UInt8])? {
        let end = try handle.seekToEnd()
        guard end >= UInt64(footer) else { return nil }
        try handle.seek(toOffset: end - UInt64(footer))
        let footer = Array(try handle.readToEnd() ?? Data())
        guard footer.suffix(8) == mark[...] else { return nil }
        let length = footer[32..<40].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= end - UInt64(footer.count) else { throw ProgramFilesError.damaged }
        return (end - UInt64(footer.count) - length, length, Array(footer.prefix(32)))
    }

    /// Writes a program to a new place, with these files behind it instead of any that it had.
    package func enclose(in program: URL, to place: URL) throws {
        let handle = try FileHandle(forReadingFrom: program)
        defer { try? handle.close() }
        let start = try Self.place(in: handle)?.start
        try handle.seek(toOffset: 0)
        var bytes: Data = try (start.map { try handle.read(upToCount: Int($0)) } ?? handle.readToEnd()) ?? Data()
        var enclosed = Data()
        for (path, content) in files.sorted(by: { $0.key < $1.key }) {
            enclosed.append(contentsOf: "\(path)\n\(content.count)\n".utf8)
            enclosed.append(contentsOf: content)
        }
        bytes.append(enclosed)
        bytes.append(contentsOf: SHA256.hash(data: enclosed))
        bytes.append(contentsOf: (0..<8).map { UInt8(truncatingIfNeeded: enclosed.count >> (56 - 8 * $0)) })
        bytes.append(contentsOf: Self.mark)
        try bytes.write(to: place, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place.path)
    }

    private init(parsing bytes: [UInt8]) throws {
        var files: [String: [UInt8]] = [:]
        var rest = bytes[...]
        func line() throws -> String {
            guard let end = rest.firstIndex(of: 0x0A) else { throw ProgramFilesError.damaged }
            defer { rest = rest[(end + 1)...] }
            return String(decoding: rest[..<end], as: UTF8.self)
        }
        while !rest.isEmpty {
            let path = try line()
            guard let count = Int(try line()), count >= 0, count <= rest.count else { throw ProgramFilesError.damaged }
            files[path] = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        self.files = files
    }
}

package enum ProgramFilesError: Error, CustomStringConvertible {
    case damaged
    case none

    package var description: String {
        switch self {
        case .damaged: "The program's pages are damaged: copy the program again from where it was built."
        case .none:
            """
            This program has no pages in it: it was not built with bin/build, which puts them inside, or its copy is not complete, \
            or it was stripped.
            """
        }
    }
}
