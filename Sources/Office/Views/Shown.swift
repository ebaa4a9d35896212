// SPDX-License-Identifier: Apache-2.0

/// What an action shows: the view that API clients get, and the material it was made from, which only the page uses.
package struct Shown<View: Codable & Sendable, Material: Sendable>: Codable, Sendable {
    package let material: Material?
    private let makeView: @Sendable () -> View

    package init(_ view: View, from material: Material) { self.init(from: material) { view } }

    /// - Parameter view: makes the view, for a client that asks for it.
    package init(from material: Material, view: @escaping @Sendable () -> View) {
        makeView = view
        self.material = material
    }

    package init(from decoder: any Decoder) throws {
        let view = try View(from: decoder)
        makeView = { view }
        material = nil
    }

    package var view: View { makeView() }

    package func encode(to encoder: any Encoder) throws { try view.encode(to: encoder) }
}
