// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage
import Web

/// Who writes, and how to reach them: the part that all public forms share.
package struct CustomerFields: Sendable {
    enum Preference: String, Sendable, CaseIterable {
        case email, mobile, phone

        var channel: Channel {
            switch self {
            case .email: .email
            case .mobile: .mobile
            case .phone: .phone
            }
        }
    }

    package let name: String
    let point: ContactPoint

    package init(_ form: inout Form) {
        name = form.text("name", label: "Your name", max: 200)
        let preference: Preference = form.choice("channel", label: "How shall we answer?")
        point = ContactPoint(
            channel: preference.channel, value: form.text("contact", label: "Your e-mail or number", max: 200),
            isPreferred: true, note: form.optionalText("note", label: "When suits you?", max: 200) ?? "")
        form.check(point, field: "contact")
    }

    /// Always a record of its own: nobody has proved to be the customer who already has this name and address, so
    /// nothing known of that customer may show on this one's page.
    package func add(language: String, _ desk: Desk) throws -> Customer {
        let customer = Customer(name: name, language: language == "nl" ? "nl" : "en", createdAt: desk.now)
        try desk.customers.add(customer, reachedBy: [point])
        return customer
    }
}

/// What it is about: the other part that all public forms share.
package struct ProductFields: Sendable {
    package let product: String
    package let serial: String
    package let photos: [Upload]

    package init(_ form: inout Form) {
        product = form.optionalText("product", label: "Product", max: 200) ?? ""
        serial = form.optionalText("serial", label: "Serial number", max: 100) ?? ""
        photos = form.files("photos", label: "A photo", count: 5).map { Upload($0) }
    }

    package func fill(_ draft: inout CaseDraft) {
        draft.product = product
        draft.serial = serial
        draft.uploads = photos
    }
}

/// What a customer who has just written gets: the number, and the way to a page of their own.
package struct Followed: Codable, Sendable {
    package let number: String
    /// The customer's page on this node; whoever has the address sees the case.
    package let follow: String

    package static func reply(_ item: Case, _ desk: Desk) throws -> Reply<Followed> {
        let path = "/\(desk.enterprise.slug)/follow/\(try FollowKey.make(for: item.id, desk))"
        return .created(
            Followed(number: desk.enterprise.reference(item.number), follow: path), at: path,
            notice: "We have it. This page is yours: keep its address.")
    }
}

extension String {
    /// The first sentence or line, at most 120 characters, as a title.
    package var headline: String {
        let line = split(whereSeparator: \.isNewline).first.map(String.init) ?? self
        var title = ""
        for (character, next) in zip(line, line.dropFirst().map(Optional.some) + [nil]) {
            title.append(character)
            // A full stop within a word, as in 38.3, ends no sentence.
            let isEnd = ".?!".contains(character) && next?.isWhitespace ?? true
            if isEnd && title.count >= 12 || title.count >= 120 { break }
        }
        return title.count < line.count && title.count >= 120 ? title + "…" : title
    }
}
