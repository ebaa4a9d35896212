// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office

/// Who plays in the demonstration, and on which nodes.
struct DemoNode {
    let name: String
    let port: Int
    let companies: [DemoCompany]

    /// Velora makes e-bikes and hosts a small dealer; a bigger dealer and a supplier have nodes of their own.
    static let all: [DemoNode] = [
        DemoNode(name: "velora", port: 8101, companies: [.velora, .dekker]),
        DemoNode(name: "spoke", port: 8102, companies: [.spoke]),
        DemoNode(name: "kraft", port: 8103, companies: [.kraft]),
    ]

    var origin: String { "http://localhost:\(port)" }
}

struct DemoCompany {
    let slug: String
    let name: String
    let colour: Int
    let place: String
    let intro: String
    let people: [(name: String, email: String, role: Member.Role)]

    /// The password of everybody in the demonstration.
    static let password = "entente-demo-2026"

    static let velora = DemoCompany(
        slug: "velora", name: "Velora", colour: 2, place: "Ghent", intro: "We make e-bikes. Ask us anything about yours.",
        people: [
            ("Inès Martin", "ines@velora.example", .administrator), ("Tom Baert", "tom@velora.example", .service),
            ("Noor Haddad", "noor@velora.example", .reader),
        ])

    static let dekker = DemoCompany(
        slug: "dekker", name: "Dekker Fietsen", colour: 7, place: "Utrecht", intro: "Fietsen sinds 1962.",
        people: [("Sanne Dekker", "sanne@dekker.example", .administrator)])

    static let spoke = DemoCompany(
        slug: "spoke", name: "Spoke & Co", colour: 1, place: "Ghent",
        intro: "We sell and mend e-bikes in Ghent. Ask, and you get a page of your own to follow the answer.",
        people: [
            ("Jan Claes", "jan@spoke.example", .administrator), ("Mira Okafor", "mira@spoke.example", .service),
        ])

    static let kraft = DemoCompany(
        slug: "kraft", name: "Kraft Drives", colour: 3, place: "Stuttgart", intro: "Motors and batteries for e-bikes.",
        people: [("Karl Brandt", "karl@kraft.example", .administrator)])
}
