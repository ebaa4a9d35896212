// SPDX-License-Identifier: Apache-2.0

struct TemplateParser {
    private let bytes: [UInt8]
    private var position = 0

    init(_ source: String) { bytes = Array(source.utf8) }

    mutating func parse() throws(TemplateError) -> [Template.Node] {
        try nodes(until: nil)
    }

    /// Reads nodes up to the closing tag of a section, or to the end.
    private mutating func nodes(until section: String?) throws(TemplateError) -> [Template.Node] {
        var nodes: [Template.Node] = []
        while let open = find("{{", from: position) {
            let text = position..<open
            let tag = try readTag(at: open)
            let isAlone = tag.kind != .value && tag.kind != .partial && trimLine(around: open)
            append(isAlone ? text.lowerBound..<lineStart(before: open) : text, to: &nodes)
            switch tag.kind {
            case .value: nodes.append(.value(try name(tag.name, at: open)))
            case .section: nodes.append(.section(try name(tag.name, at: open), try self.nodes(until: tag.name)))
            case .inverted: nodes.append(.inverted(try name(tag.name, at: open), try self.nodes(until: tag.name)))
            case .block: nodes.append(.block(tag.name, try self.nodes(until: tag.name)))
            case .parent: nodes.append(.parent(tag.name, blocks(in: try self.nodes(until: tag.name))))
            case .partial:
                let isDynamic = tag.name.hasPrefix("*")
                nodes.append(
                    isDynamic ? .dynamicPartial(try name(String(tag.name.dropFirst()), at: open)) : .partial(tag.name))
            case .comment: break
            case .close:
                guard tag.name == section else {
                    throw error("{{/\(tag.name)}} closes \(section.map { "{{#\($0)}}" } ?? "nothing")", at: open)
                }
                return nodes
            }
        }
        if let section { throw error("{{#\(section)}} is not closed", at: bytes.count) }
        append(position..<bytes.count, to: &nodes)
        position = bytes.count
        return nodes
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

    private func append(_ range: Range<Int>, to nodes: inout [Template.Node]) {
        if !range.isEmpty { nodes.append(.text(Array(bytes[range]))) }
    }

    private func blocks(in nodes: [Template.Node]) -> [String: [Template.Node]] {
        var blocks: [String: [Template.Node]] = [:]
        for case .block(let name, let nodes) in nodes { blocks[name] = nodes }
        return blocks
    }

    private func name(_ text: String, at offset: Int) throws(TemplateError) -> Template.Name {
        if text == "." { return .current }
        if text == "first()" { return .isFirst }
        if text == "last()" { return .isLast }
        let parts = text.split(separator: ".").map(String.init)
        guard let first = parts.first, !text.contains(where: { "() \n".contains($0) }) else {
            throw error("“\(text)” is no name", at: offset)
        }
        return text.hasPrefix(".") ? .local(parts) : .path(first, rest: Array(parts.dropFirst()))
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
