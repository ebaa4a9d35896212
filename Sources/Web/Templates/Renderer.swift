// SPDX-License-Identifier: Apache-2.0

/// Writes a page's bytes.
struct Renderer {
    let templates: [String: Template]
    let translations: Translations
    let language: String

    private(set) var output: [UInt8] = []
    /// A template that a model named and that there is not; then the page is none.
    private(set) var missing: String?
    private var stack: [Model]
    /// The place in the innermost list.
    private var place: (isFirst: Bool, isLast: Bool) = (false, false)
    /// What replaces a block: steps of the template that replaces it.
    private var blocks: [String: (template: Template, steps: Range<Int>)] = [:]
    private var depth = 0

    init(templates: [String: Template], translations: Translations, language: String, model: Model) {
        self.templates = templates
        self.translations = translations
        self.language = language
        stack = [model]
        output.reserveCapacity(48 * 1024)
    }

    mutating func render(_ title: String) {
        // Recursion through partials is legitimate for trees; a loop is not.
        guard depth < 64, let template = templates[title] else { return }
        depth += 1
        render(template, template.steps.indices)
        depth -= 1
    }

    private mutating func render(_ template: Template, _ steps: Range<Int>) {
        var index = steps.lowerBound
        while index < steps.upperBound {
            let step = template.steps[index]
            let inside = index + 1..<step.next
            switch step.kind {
            case .text: append(template.text, step.subject..<step.textEnd)
            case .value: if let value = lookUp(template.names[step.subject]) { write(value) }
            case .section: if let value = lookUp(template.names[step.subject]) { render(template, inside, for: value) }
            case .inverted: if lookUp(template.names[step.subject])?.isPresent != true { render(template, inside) }
            case .partial: render(template.titles[step.subject])
            case .dynamicPartial:
                if case .text(let title) = lookUp(template.names[step.subject]) {
                    if templates[title] == nil { missing = title }
                    render(title)
                }
            case .block:
                let (template, steps) = blocks[template.titles[step.subject]] ?? (template, inside)
                render(template, steps)
            case .parent:
                let outer = blocks
                replaceBlocks(template, inside)
                render(template.titles[step.subject])
                blocks = outer
            }
            index = step.next
        }
    }

    /// Takes the blocks among a parent's steps, but those that an outer template has replaced.
    private mutating func replaceBlocks(_ template: Template, _ steps: Range<Int>) {
        var index = steps.lowerBound
        while index < steps.upperBound {
            let step = template.steps[index]
            if step.kind == .block, case let title = template.titles[step.subject], blocks[title] == nil {
                blocks[title] = (template, index + 1..<step.next)
            }
            index = step.next
        }
    }

    private mutating func render(_ template: Template, _ steps: Range<Int>, for value: Model) {
        guard value.isPresent else { return }
        if case .flag = value { return render(template, steps) }
        guard case .list(let elements) = value else {
            stack.append(value)
            render(template, steps)
            stack.removeLast()
            return
        }
        let outer = place
        for index in elements.indices {
            place = (index == 0, index == elements.count - 1)
            stack.append(elements[index])
            render(template, steps)
            stack.removeLast()
        }
        place = outer
    }

    private func lookUp(_ name: Template.Name) -> Model? {
        var found: Model?
        switch name.scope {
        case .current: return stack.last
        case .isFirst: return .flag(place.isFirst)
        case .isLast: return .flag(place.isLast)
        case .local: found = stack[stack.count - 1][name.first]
        case .any:
            var level = stack.count
            while found == nil, level > 0 {
                level -= 1
                found = stack[level][name.first]
            }
        }
        for name in name.rest { found = found?[name] }
        return found
    }

    private mutating func write(_ value: Model) {
        switch value {
        case .text(let text): escape(text)
        case .message(let message): escape(translations.text(message, in: language))
        case .none, .flag, .list, .object: break
        }
    }

    private mutating func append(_ bytes: [UInt8], _ range: Range<Int>) {
        // As a buffer, because a slice of an array is appended element by element where it cannot be seen into.
        bytes.withUnsafeBufferPointer { output.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
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
                output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
                output.append(contentsOf: UnsafeBufferPointer(start: entity.utf8Start, count: entity.utf8CodeUnitCount))
                start = index + 1
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        }
    }
}
