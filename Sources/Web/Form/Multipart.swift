// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// Reads `multipart/form-data` (RFC 7578) as it comes: texts are kept in memory, files go to the disk unless they are small.
struct MultipartReader {
    private enum Place { case preamble, afterDelimiter, headers, content, epilogue }

    /// Bytes of one part's headers, and how many there may be.
    private static let headerLimit = 8192
    private static let headersLimit = 16

    /// Bytes that are held in memory.
    private(set) var memory = 0
    /// Bytes that lie on the disk.
    private(set) var disk = 0

    private let delimiter: [UInt8]
    private let textLimit: Int
    private var fields = Fields()
    private var place = Place.preamble
    private var texts = 0
    private var isEmpty = true
    // The first delimiter may open the body without a line break before it: this is that line break.
    private var buffer: [UInt8] = [13, 10]
    private var position = 0
    private var part = MultipartPart()
    private var headers = (count: 0, bytes: 0)

    /// - Parameter textLimit: the most bytes of all texts together, beyond which the answer is 413.
    init(boundary: String, textLimit: Int) throws {
        guard (1...70).contains(boundary.utf8.count) else { throw MalformedRequest.multipart }
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.textLimit = textLimit
    }

    mutating func take(_ bytes: some Collection<UInt8>) throws {
        if !bytes.isEmpty { isEmpty = false }
        buffer.removeSubrange(..<position)
        position = 0
        buffer.append(contentsOf: bytes)
        while try step() {}
    }

    /// The fields, once all has come.
    consuming func finish() throws -> Fields {
        guard isEmpty || place == .epilogue else { throw MalformedRequest.multipart }
        return fields
    }

    /// Goes on to the next place; false when more bytes are needed for that.
    private mutating func step() throws -> Bool {
        switch place {
        case .preamble: return skipPreamble()
        case .afterDelimiter: return try open()
        case .headers: return try readHeader()
        case .content: return try readContent()
        case .epilogue:
            position = buffer.count
            return false
        }
    }

    private mutating func skipPreamble() -> Bool {
        guard let start = find(delimiter) else {
            position = tail
            return false
        }
        position = start + delimiter.count
        place = .afterDelimiter
        return true
    }

    private mutating func open() throws -> Bool {
        guard let next = nextTwo else { return false }
        position += 2
        switch next {
        case (13, 10):
            place = .headers
            part = MultipartPart()
            headers = (0, 0)
        case (UInt8(ascii: "-"), UInt8(ascii: "-")): place = .epilogue
        default: throw MalformedRequest.multipart
        }
        return true
    }

    private mutating func readHeader() throws -> Bool {
        guard let next = nextTwo else { return false }
        if next == (13, 10) {
            guard part.name != nil else { throw MalformedRequest.multipart }
            position += 2
            place = .content
            return true
        }
        guard let end = find([13, 10]) else {
            guard headers.bytes + buffer.count - position <= Self.headerLimit else { throw MalformedRequest.multipart }
            return false
        }
        headers = (headers.count + 1, headers.bytes + end - position)
        guard headers.count <= Self.headersLimit, headers.bytes <= Self.headerLimit,
            let line = String(validating: buffer[position..<end], as: UTF8.self)
        else { throw MalformedRequest.multipart }
        try part.read(header: line)
        position = end + 2
        return true
    }

    private mutating func readContent() throws -> Bool {
        let end = find(delimiter)
        let stop = end ?? tail
        try keep(buffer[position..<stop])
        position = stop
        guard let end else { return false }
        position = end + delimiter.count
        place = .afterDelimiter
        guard let (name, value) = try part.finish() else { throw MalformedRequest.multipart }
        try fields.add(name, value)
        return true
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) throws {
        if !part.isFile { texts += bytes.count }
        guard texts <= textLimit else { throw TooLarge(limit: textLimit, what: "The text of a form") }
        let before = (memory: part.memory, disk: part.disk)
        try part.append(bytes)
        memory += part.memory - before.memory
        disk += part.disk - before.disk
    }

    /// Where something may begin that is a delimiter once more has come.
    private var tail: Int { max(position, buffer.count - delimiter.count + 1) }

    private var nextTwo: (UInt8, UInt8)? {
        position + 2 <= buffer.count ? (buffer[position], buffer[position + 1]) : nil
    }

    private func find(_ pattern: [UInt8]) -> Int? {
        buffer.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return nil }
            var start = position
            while start + pattern.count <= buffer.count {
                let rest = buffer.count - pattern.count - start + 1
                guard let first = memchr(base + start, Int32(pattern[0]), rest) else { return nil }
                if memcmp(first, pattern, pattern.count) == 0 { return UnsafeRawPointer(first) - base }
                start = UnsafeRawPointer(first) - base + 1
            }
            return nil
        }
    }
}

private struct MultipartPart {
    /// Files beyond this many bytes go to the disk.
    private static let smallFile = 64 * 1024

    private(set) var name: String?
    private var fileName: String?
    private var type: String?
    private var content: [UInt8] = []
    private var file: TemporaryFile?
    private var size = 0
    private var hash = SHA256()

    var isFile: Bool { fileName != nil }
    var memory: Int { content.count }
    var disk: Int { file == nil ? 0 : size }

    mutating func read(header line: String) throws {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
            throw MalformedRequest.multipart
        }
        let value = MediaValue(line[line.utf8.index(after: colon)...])
        switch line[..<colon].lowercased() {
        case "content-disposition":
            name = value.parameters["name"]
            fileName = value.parameters["filename"].map { $0.isEmpty ? "" : FileName.safe($0) }
        case "content-type": type = value.type
        default: break
        }
    }

    mutating func append(_ bytes: ArraySlice<UInt8>) throws {
        size += bytes.count
        guard !isFile || size <= UploadedFile.limit else { throw TooLarge(limit: UploadedFile.limit, what: "A file") }
        if isFile, file == nil, size > Self.smallFile {
            let file = try TemporaryFile()
            try file.write(content)
            content = []
            self.file = file
        }
        if isFile { bytes.withUnsafeBytes { hash.update(bufferPointer: $0) } }
        if let file { try file.write(bytes) } else { content.append(contentsOf: bytes) }
    }

    func finish() throws -> (String, Fields.Value)? {
        guard let name else { return nil }
        guard let fileName else {
            guard let text = String(validating: content, as: UTF8.self) else { throw MalformedRequest.notUTF8 }
            return (name, .text(text))
        }
        let type = type ?? "application/octet-stream"
        let stored: UploadedFile.Content = file.map { .disk($0) } ?? .memory(content)
        return (
            name, .file(UploadedFile(fileName, type, size, digest: Array(hash.finalize()), stored))
        )
    }
}
