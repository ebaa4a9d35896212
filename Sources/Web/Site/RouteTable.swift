// SPDX-License-Identifier: Apache-2.0

/// Finds what a method and a path lead to, in time proportional to the path's length. A literal wins over a parameter.
struct RouteTable<Target: Sendable>: Sendable {
    enum Match {
        case found(Target, path: [String: String])
        /// There is something here, for these other methods.
        case otherMethods([String])
        case nowhere
    }

    private final class Node: Sendable {
        let literals: [String: Node]
        let parameter: Node?
        let targets: [String: (target: Target, names: [String])]

        init(literals: [String: Node], parameter: Node?, targets: [String: (target: Target, names: [String])]) {
            self.literals = literals
            self.parameter = parameter
            self.targets = targets
        }
    }

    private let root: Node

    /// Two routes of one shape and method are a mistake in the program.
    init(_ routes: [(route: Route, target: Target)]) throws {
        let entries = routes.map { (segments: $0.route.segments[...], route: $0.route, target: $0.target) }
        root = try Self.node(entries)
    }

    private static func node(
        _ entries: [(segments: ArraySlice<Route.Segment>, route: Route, target: Target)]
    ) throws -> Node {
        var literals: [String: [(segments: ArraySlice<Route.Segment>, route: Route, target: Target)]] = [:]
        var parameters: [(segments: ArraySlice<Route.Segment>, route: Route, target: Target)] = []
        var targets: [String: (target: Target, names: [String])] = [:]
        for entry in entries {
            let rest = (segments: entry.segments.dropFirst(), route: entry.route, target: entry.target)
            switch entry.segments.first {
            case .literal(let text): literals[text, default: []].append(rest)
            case .parameter: parameters.append(rest)
            case nil:
                let method = entry.route.method.rawValue
                guard targets[method] == nil else { throw DuplicateRoute(route: entry.route) }
                targets[method] = (entry.target, entry.route.parameters)
            }
        }
        return Node(
            literals: try literals.mapValues(node), parameter: parameters.isEmpty ? nil : try node(parameters),
            targets: targets)
    }

    /// - Parameter segments: the path's parts, decoded.
    func match(method: String, segments: [String]) -> Match {
        var values: [String] = []
        guard let node = find(root, segments[...], &values) else { return .nowhere }
        guard let found = node.targets[method] ?? (method == "HEAD" ? node.targets["GET"] : nil) else {
            let methods = node.targets.keys.sorted()
            return .otherMethods(methods.contains("GET") ? methods + ["HEAD"] : methods)
        }
        return .found(found.target, path: Dictionary(uniqueKeysWithValues: zip(found.names, values)))
    }

    private func find(_ node: Node, _ segments: ArraySlice<String>, _ values: inout [String]) -> Node? {
        guard let first = segments.first else { return node.targets.isEmpty ? nil : node }
        if let next = node.literals[first], let found = find(next, segments.dropFirst(), &values) { return found }
        guard let next = node.parameter else { return nil }
        values.append(first)
        if let found = find(next, segments.dropFirst(), &values) { return found }
        values.removeLast()
        return nil
    }
}

struct DuplicateRoute: Error, CustomStringConvertible {
    let route: Route
    var description: String { "Two actions have the route \(route)." }
}
