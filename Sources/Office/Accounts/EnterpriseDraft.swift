// SPDX-License-Identifier: Apache-2.0
import Storage
import Web

/// What is needed to create an enterprise.
package struct EnterpriseDraft: Sendable {
    package let name: String
    package let slug: String
    package let colour: Int
    package let place: String

    /// Throws where the slug cannot be part of an address, or the colour is none of the twelve.
    package init(name: String, slug: String, colour: Int, place: String) throws {
        self.name = name
        self.slug = slug
        self.colour = colour
        self.place = place
        guard Self.isSlug(slug) else { throw EnterpriseRefusal.badSlug }
        guard (1...12).contains(colour) else { throw EnterpriseRefusal.badColour }
    }

    package init(_ form: inout Form) {
        name = form.text("name", label: "Your company’s name", max: 200)
        slug = form.text("slug", label: "Short name in addresses", max: 40)
        colour = form.optionalInteger("colour", label: "Colour", in: 1...12) ?? 1
        place = form.optionalText("place", label: "Place", max: 200) ?? ""
        if !slug.isEmpty, !Self.isSlug(slug) { form.reject("slug", EnterpriseRefusal.badSlug.detail) }
    }

    /// Creates the enterprise, with all that the kernel's features found it with.
    ///
    /// - Parameter timeZone: that of its pages, and of members until they choose; the settings change it.
    package func create(
        _ kernel: Kernel, _ tx: Transaction, timeZone: String = LocaleChoice().timeZone, by hand: Hand
    ) throws -> Enterprise {
        if try EnterpriseStore(tx).find(slug: slug) != nil { throw EnterpriseRefusal.slugTaken }
        let letters = name.uppercased().filter { $0.isASCII && $0.isLetter }
        let enterprise = Enterprise(
            slug: slug, name: name, colour: colour, place: place, timeZone: timeZone,
            prefix: letters.first.map(String.init) ?? "C")
        try EnterpriseStore(tx).add(enterprise)
        try EventLog(enterprise.id, tx).record(EnterpriseFounded(name: name), on: enterprise.id.uuid, by: hand)
        for found in kernel.foundings { try found(enterprise, tx) }
        return enterprise
    }

    /// Lower-case letters, digits and hyphens between them; not a name that the site itself uses.
    private static func isSlug(_ text: String) -> Bool {
        let isTaken = ["api", "assets", "first-run", "healthz", "metrics", "readyz", "problems"].contains(text)
        return !isTaken && text.count <= 40 && text.wholeMatch(of: /[a-z0-9](?:[a-z0-9-]*[a-z0-9])?/) != nil
    }
}

package enum EnterpriseRefusal: Error, Sendable {
    case badSlug, slugTaken, badColour
}

extension EnterpriseRefusal: Problem {
    package var status: Int { 422 }

    package var type: String {
        switch self {
        case .badSlug: "bad-short-name"
        case .slugTaken: "short-name-taken"
        case .badColour: "bad-colour"
        }
    }

    package var title: Phrase { "The company cannot be created like this" }

    package var detail: Phrase {
        switch self {
        case .badSlug:
            "A short name has small letters a–z, digits and hyphens between them, such as “velora”. Choose another."
        case .slugTaken: "Another company here has this short name. Choose another."
        case .badColour: "A colour is a number from 1 to 12."
        }
    }

    package var errors: [FieldError] {
        switch self {
        case .badSlug, .slugTaken: [FieldError("slug", detail)]
        case .badColour: [FieldError("colour", detail)]
        }
    }
}
