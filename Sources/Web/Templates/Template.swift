// SPDX-License-Identifier: Apache-2.0

/// A parsed Mustache template.
///
/// The language is Mustache with inheritance, less what our pages must not do: no unescaped values, no lambdas, no
/// other delimiters. As in swift-mustache, `{{.a}}` looks no further than the innermost object, and `first()` and
/// `last()` tell the place in a list. It is parsed once, into nodes that write bytes: a page of 50 timeline entries
/// costs a tenth of what that library takes, which casts dynamically for every tag and escapes letter by letter.
struct Template: Sendable {
    indirect enum Node: Sendable {
        case text([UInt8])
        case value(Name)
        case section(Name, [Node])
        case inverted(Name, [Node])
        /// `{{>name}}`
        case partial(String)
        /// `{{>*name}}`: the partial whose name the model holds.
        case dynamicPartial(Name)
        /// `{{<name}}…{{/name}}`: a partial, with blocks of it replaced.
        case parent(String, [String: [Node]])
        /// `{{$name}}default{{/name}}`
        case block(String, [Node])
    }

    /// What a tag names.
    enum Name: Sendable {
        /// `{{.}}`: what the innermost section is about.
        case current
        /// `{{a.b}}`: `a` of the innermost object that has it, and `b` of that.
        case path(String, rest: [String])
        /// `{{.a.b}}`: only of the innermost object.
        case local([String])
        /// `first()` and `last()`: whether this is that element of the list.
        case isFirst, isLast
    }

    let nodes: [Node]

    init(parsing source: String) throws(TemplateError) {
        var parser = TemplateParser(source)
        nodes = try parser.parse()
    }

    /// The names of the partials and parents it needs.
    var dependencies: Set<String> { Self.dependencies(of: nodes) }

    private static func dependencies(of nodes: [Node]) -> Set<String> {
        nodes.reduce(into: []) { names, node in
            switch node {
            case .text, .value, .dynamicPartial: break
            case .partial(let name): names.insert(name)
            case .section(_, let nodes), .inverted(_, let nodes), .block(_, let nodes):
                names.formUnion(dependencies(of: nodes))
            case .parent(let name, let blocks):
                names.insert(name)
                for nodes in blocks.values { names.formUnion(dependencies(of: nodes)) }
            }
        }
    }
}

/// A template that cannot be used; told at start, never to a visitor.
package struct TemplateError: Error, CustomStringConvertible {
    package let description: String
}
