// SPDX-License-Identifier: Apache-2.0
import Storage

/// A company whose data lives on this node. Every table's key starts with one.
package struct Enterprise: Sendable {
    package let id: ID<Enterprise>
    /// The last part of its address, as in `velora.example/velora`.
    package let slug: String
    package var name: String
    /// One of the twelve colours of the style sheet, 1…12; the same at every company that sees it.
    package var colour: Int
    package var place: String
    /// What the public page says above the form.
    package var intro: String
    /// Language of its public pages, `en` or `nl`.
    package var language: String
    package var timeZone: String
    /// Written before the number of its cases, as in `V-1042`.
    package var prefix: String
    /// How many days a customer's link to their case works after it was closed; `nil` for ever.
    package var followDays: Int?
    /// Features that it does without, by name.
    package let switchedOff: Set<String>

    package init(
        id: ID<Enterprise> = ID(), slug: String, name: String, colour: Int, place: String, intro: String = "",
        language: String = "en", timeZone: String = "Europe/Brussels", prefix: String,
        followDays: Int? = 180, switchedOff: Set<String> = []
    ) {
        self.id = id
        self.slug = slug
        self.name = name
        self.colour = colour
        self.place = place
        self.intro = intro
        self.language = language
        self.timeZone = timeZone
        self.prefix = prefix
        self.followDays = followDays
        self.switchedOff = switchedOff
    }

    /// Whether it has a feature; what belongs to none that could be switched off, it always has.
    package func has(_ feature: String?) -> Bool { feature.map { !switchedOff.contains($0) } ?? true }

    package func reference(_ number: Int) -> String { "\(prefix)-\(number)" }
}
