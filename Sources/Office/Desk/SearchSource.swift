// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// A sort of thing that the search finds.
package struct SearchSource: Sendable {
    /// As JSON calls the sort: `customer`.
    package let sort: String
    /// English: "Customer".
    package let title: Phrase
    /// Who may find them.
    package let permission: Permission
    private(set) var feature: String?
    /// The best matches first; the last word of what is looked for may be unfinished.
    fileprivate let find: @Sendable (String, Desk) throws -> [Found]

    package init(
        _ sort: String, _ title: Phrase, for permission: Permission, find: @escaping @Sendable (String, Desk) throws -> [Found]
    ) {
        self.sort = sort
        self.title = title
        self.permission = permission
        self.find = find
    }

    func of(_ feature: String?) -> SearchSource {
        var source = self
        source.feature = feature
        return source
    }
}

/// A thing that the search has found.
package struct Found: Sendable {
    package let title: String
    /// Its number, where it has one.
    package let number: String?
    /// What tells it from others of its title.
    package let excerpt: String?
    /// Its page on this node.
    package let href: String

    package init(_ title: String, number: String? = nil, excerpt: String?, href: String) {
        self.title = title
        self.number = number
        self.excerpt = excerpt.flatMap { $0.isEmpty ? nil : $0 }
        self.href = href
    }
}

private enum SearchSourcesKey: ServiceKey { static let defaultValue: [SearchSource] = [] }

extension Kernel {
    package var searchSources: [SearchSource] {
        get { self[SearchSourcesKey.self] }
        set { self[SearchSourcesKey.self] = newValue }
    }
}

extension Desk {
    /// What there is by these words, as far as somebody may see it, source by source.
    package func search(_ query: String, for viewer: StaffCaller) throws -> [(source: SearchSource, found: [Found])] {
        try kernel.searchSources.filter { viewer.may($0.permission) && enterprise.has($0.feature) }
            .map { ($0, try $0.find(query, self)) }
    }
}
