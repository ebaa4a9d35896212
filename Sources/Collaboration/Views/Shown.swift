// SPDX-License-Identifier: Apache-2.0

/// What an action shows: the view that API clients get, and the material it was made from, which only the page uses.
package struct Shown<View: Codable & Sendable, Material: Sendable>: Codable, Sendable {
    package let view: View
    package let material: Material?

    package init(_ view: View, from material: Material) {
        self.view = view
        self.material = material
    }

    package init(from decoder: any Decoder) throws {
        view = try View(from: decoder)
        material = nil
    }

    package func encode(to encoder: any Encoder) throws { try view.encode(to: encoder) }
}
