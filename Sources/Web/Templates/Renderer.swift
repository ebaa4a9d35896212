// SPDX-License-Identifier: Apache-2.0

/// Writes a page's bytes.
struct Renderer {
    let templates: [String: Template]
    let translations: Translations
    let language: String

    private(set) var output: [UInt8] = []
    private var stack: [Model]
    /// The place in the innermost list.
    private var place: (isFirst: Bool, isLast: Bool) = (false, false)
    private var blocks: [String: [Template.Node]] = [:]
    private var depth = 0

    init(templates: [String: Template], translations: Translations, language: String, model: Model) {
        self.templates = templates
        self.translations = translations
        self.language = language
        stack = [model]
        output.reserveCapacity(64 * 1024)
    }

    mutating func render(_ name: String) {
        // Recursion through partials is legitimate for trees; a loop is not.
        guard depth < 64, let template = templates[name] else { return }
        depth += 1
        render(template.nodes)
        depth -= 1
    }

    private mutating func render(_ nodes: [Template.Node]) {
        for node in nodes {
            switch node {
            case .text(let text): output.append(contentsOf: text)
            case .value(let path): if let value = lookUp(path) { write(value) }
            case .section(let path, let nodes): if let value = lookUp(path) { render(nodes, for: value) }
            case .inverted(let path, let nodes): if lookUp(path)?.isPresent != true { render(nodes) }
            case .partial(let name): render(name)
            case .dynamicPartial(let path): if case .text(let name) = lookUp(path) { render(name) }
            case .block(let name, let nodes): render(blocks[name] ?? nodes)
            case .parent(let name, let replacements):
                // What an outer template replaced wins over what an inner one did.
                let outer = blocks
                blocks = replacements.merging(outer) { _, outer in outer }
                render(name)
                blocks = outer
            }
        }
    }

    private mutating func render(_ nodes: [Template.Node], for value: Model) {
        guard value.isPresent else { return }
        if case .flag = value { return render(nodes) }
        guard case .list(let elements) = value else {
            stack.append(value)
            render(nodes)
            stack.removeLast()
            return
        }
        let outer = place
        for (index, element) in elements.enumerated() {
            place = (index == 0, index == elements.count - 1)
            stack.append(element)
            render(nodes)
            stack.removeLast()
        }
        place = outer
    }

    private func lookUp(_ name: Template.Name) -> Model? {
        switch name {
        case .current: return stack.last
        case .isFirst: return .flag(place.isFirst)
        case .isLast: return .flag(place.isLast)
        case .local(let names): return names.reduce(stack.last) { value, name in value?[name] }
        case .path(let first, let rest):
            for object in stack.reversed() {
                if let found = object[first] { return rest.reduce(found) { value, name in value?[name] } }
            }
            return nil
        }
    }

    private mutating func write(_ value: Model) {
        switch value {
        case .text(let text): escape(text)
        case .message(let message): escape(translations.text(message, in: language))
        case .none, .flag, .list, .object: break
        }
    }

    private mutating func escape(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices {
                let entity: StaticString
                switch bytes[index] {
                case UInt8(ascii: "&"): entity = "&amp;"
                case UInt8(ascii: "<"): entity = "&lt;"
                case UInt8(ascii: ">"): entity = "&gt;"
                case UInt8(ascii: "\""): entity = "&quot;"
                case UInt8(ascii: "'"): entity = "&#39;"
                default: continue
                }
                output.append(contentsOf: bytes[start..<index])
                output.append(contentsOf: UnsafeBufferPointer(start: entity.utf8Start, count: entity.utf8CodeUnitCount))
                start = index + 1
            }
            output.append(contentsOf: bytes[start...])
        }
    }
}
