// SPDX-License-Identifier: Apache-2.0
import Web

extension Enterprise {
    /// What pages show of it.
    package var model: Model {
        [
            "slug": .text(slug), "name": .text(name), "colour": .number(colour), "place": .text(place),
            "intro": .text(intro), "initials": .text(name.initials),
        ]
    }
}
