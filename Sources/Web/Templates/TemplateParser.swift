// SPDX-License-Identifier: Apache-2.0

struct TemplateParser {
    private(set) var steps: [Template.Step] = []
    private(set) var text: [UInt8] = []
    private(set) var names: [Template.Name] = []
    private(set) var titles: [String] = []

    private let bytes: [UInt8]
    private var position = 0

    init(_ source: String) { bytes = Array(source.utf8) }

    /// Reads up to the closing tag of a section, or to the end.
    mutating func parse(until section: String? = nil) throws(TemplateError) {
        while let open = find("{{", from: position) {
            let before = position..<open
            let tag = try readTag(at: open)
            let isAlone = tag.kind != .value && tag.kind != .partial && trimLine(around: open)
            append(isAlone ? before.lowerBound..<lineStart(before: open) : before)
            switch tag.kind {
            case .value: append(.value, try add(tag.name, at: open))
            case .section: try append(.section, try add(tag.name, at: open), until: tag.name)
            case .inverted: try append(.inverted, try add(tag.name, at: open), until: tag.name)
            case .block: try append(.block, add(title: tag.name), until: tag.name)
            case .parent: try append(.parent, add(title: tag.name), until: tag.name)
            case .partial where tag.name.hasPrefix("*"):
                append(.dynamicPartial, try add(String(tag.name.dropFirst()), at: open))
            case .partial: append(.partial, add(title: tag.name))
            case .comment: break
            case .close:
                guard tag.name == section else {
                    throw error("{{/\(tag.name)}} closes \(section.map { "{{#\($0)}}" } ?? "nothing")", at: open)
                }
                return
            }
        }
        if let section { throw error("{{#\(section)}} is not closed", at: bytes.count) }
        append(position..<bytes.count)
        position = bytes.count
    }

    private mutating func append(_ kind: Template.Step.Kind, _ subject: Int) {
        steps.append(Template.Step(kind: kind, subject: subject, next: steps.count + 1))
    }

    private mutating func append(
        _ kind: Template.Step.Kind, _ subject: Int, until section: String
    ) throws(TemplateError) {
        let step = steps.count
        append(kind, subject)
        try parse(until: section)
        steps[step].next = steps.count
    }

    private mutating func append(_ range: Range<Int>) {
        if range.isEmpty { return }
        append(.text, text.count)
        text += bytes[range]
        steps[steps.count - 1].textEnd = text.count
    }

    private mutating func add(title: String) -> Int {
        titles.append(title)
        return titles.count - 1
    }

    private mutating func add(_ name: String, at offset: Int) throws(TemplateError) -> Int {
        names.append(try self.name(name, at: offset))
        return names.count - 1
    }

    private struct Tag {
        enum Kind { case value, section, inverted, block, parent, partial, comment, close }
        let kind: Kind
        let name: String
    }

    private mutating func readTag(at open: Int) throws(TemplateError) -> Tag {
        guard let end = find("}}", from: open + 2) else { throw error("a tag is not closed", at: open) }
        position = end + 2
        let content = String(decoding: bytes[(open + 2)..<end], as: UTF8.self)
        let kind: Tag.Kind
        switch content.first {
        case "#": kind = .section
        case "^": kind = .inverted
        case "$": kind = .block
        case "<": kind = .parent
        case ">": kind = .partial
        case "!": kind = .comment
        case "/": kind = .close
        case "{", "&": throw error("values are never unescaped", at: open)
        case "=", "%": throw error("this kind of tag is not supported", at: open)
        default: kind = .value
        }
        let name = (kind == .value ? content : String(content.dropFirst())).trimmed
        if name.isEmpty { throw error("a tag has no name", at: open) }
        return Tag(kind: kind, name: name)
    }

    /// Whether a tag has its line to itself; if so, the rest of the line is skipped.
    private mutating func trimLine(around open: Int) -> Bool {
        let start = lineStart(before: open)
        guard start == 0 || bytes[start - 1] == 10 else { return false }
        var end = position
        while end < bytes.count, bytes[end] == 32 || bytes[end] == 9 || bytes[end] == 13 { end += 1 }
        guard end == bytes.count || bytes[end] == 10 else { return false }
        position = Swift.min(end + 1, bytes.count)
        return true
    }

    /// Where the blanks directly before a tag begin.
    private func lineStart(before open: Int) -> Int {
        var start = open
        while start > 0, bytes[start - 1] == 32 || bytes[start - 1] == 9 { start -= 1 }
        return start
    }

    private func name(_ text: String, at offset: Int) throws(TemplateError) -> Template.Name {
        if text == "." { return Template.Name(scope: .current) }
        if text == "first()" { return Template.Name(scope: .isFirst) }
        if text == "last()" { return Template.Name(scope: .isLast) }
        let parts = text.split(separator: ".").map(String.init)
        guard let first = parts.first, !text.contains(where: { "() \n".contains($0) }) else {
            throw error("“\(text)” is no name", at: offset)
        }
        return Template.Name(scope: text.hasPrefix(".") ? .local : .any, first: first, rest: Array(parts.dropFirst()))
    }

    private func find(_ pair: StaticString, from start: Int) -> Int? {
        let first = pair.utf8Start[0]
        var index = start
        while index + 1 < bytes.count {
            if bytes[index] == first, bytes[index + 1] == first { return index }
            index += 1
        }
        return nil
    }

    private func error(_ text: String, at offset: Int) -> TemplateError {
        let line = bytes[..<Swift.min(offset, bytes.count)].count { $0 == 10 } + 1
        return TemplateError(description: "line \(line): \(text)")
    }
}
