// SPDX-License-Identifier: Apache-2.0
import Office

/// Riders of the demonstration ask.
enum DemoQuestions {
    static let scene = DemoScene(.customers) { stage in
        for question in all {
            try await stage.post(
                question.company, "/ask",
                [
                    "question": question.text, "name": question.name, "channel": "email", "contact": question.email,
                    "product": question.product, "serial": question.serial,
                ])
        }
    }

    private struct Question {
        let company: String
        let name: String
        let email: String
        let product: String
        let serial: String
        let text: String
    }

    private static let all: [Question] = [
        Question(
            company: "spoke", name: "Anouk de Wit", email: "anouk@rider.example", product: "Velora City 500",
            serial: "VC5-24-117020", text: "My insurer wants proof of purchase. Can you send me the invoice of my City 500?"),
        Question(
            company: "velora", name: "Jan Maes", email: "jan.maes@rider.example", product: "Velora Cargo 700",
            serial: "VK7-25-000412", text: "The colour of the bike I received is not the one I ordered. What now?"),
        Question(
            company: "dekker", name: "Pieter Smit", email: "pieter@rider.example", product: "Velora City 500",
            serial: "VC5-24-119310", text: "Is er een zadel voor lange ritten dat op de City 500 past?"),
    ]
}
