// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Foundation
import Storage
import Web

/// Links the companies of the demonstration and lets something happen between them, all through the API, as anybody could.
struct DemoStory {
    /// An administrator's by the company's short name, and everybody's by their e-mail address.
    let tokens: [String: String]
    private let client = OutboundClient(.thisMachine)

    init(tokens: [String: String]) { self.tokens = tokens }

    func tell() async throws {
        try await link("velora", with: "spoke", as: "partner")
        try await link("velora", with: "dekker", as: "partner")
        try await link("velora", with: "kraft", as: "supplier")
        try await ask(
            "spoke", "Anouk de Wit", "anouk@rider.example", product: "Velora City 500", serial: "VC5-24-117020",
            "My insurer wants proof of purchase. Can you send me the invoice of my City 500?")
        try await ask(
            "velora", "Jan Maes", "jan.maes@rider.example", product: "Velora Cargo 700", serial: "VK7-25-000412",
            "The colour of the bike I received is not the one I ordered. What now?")
        try await ask(
            "dekker", "Pieter Smit", "pieter@rider.example", product: "Velora City 500", serial: "VC5-24-119310",
            "Is er een zadel voor lange ritten dat op de City 500 past?")
        try await report(
            "spoke", "Stad Gent", "fleet@stad.example", product: "Velora City 500", severity: "major",
            "Motor cuts out above 25 °C", "Since last week the motors of three bikes stop on warm afternoons.")
        try await work()
        try await client.close()
    }

    /// A colleague asks another for help, so that there is something to be told.
    private func work() async throws {
        struct Listed: Decodable {
            struct Line: Decodable { let number: String }
            let cases: [Line]
        }
        struct Person: Decodable {
            let id: String
            let name: String
        }
        let (tom, velora) = ("tom@velora.example", "velora")
        let listed: Listed = try await call(velora, "GET", "/cases")
        let people: [Person] = try await call(velora, "GET", "/members")
        guard let number = listed.cases.first?.number, let ines = people.first(where: { $0.name == "Inès Martin" }) else {
            return
        }
        let _: Ignored = try await call(velora, "POST", "/cases/\(number)/watching", ["watch": "true"], as: tom)
        let _: Ignored = try await call(
            velora, "POST", "/cases/\(number)/messages", ["text": "@Inès, the invoice says blue. Did the paint shop mix them up?"],
            as: tom)
        let _: Ignored = try await call(
            velora, "POST", "/cases/\(number)/triage", ["owner": ines.id, "priority": "high", "tags": "paint"], as: tom)
    }

    private func origin(_ slug: String) -> String {
        DemoNode.all.first { $0.companies.contains { $0.slug == slug } }?.origin ?? ""
    }

    private func link(_ inviter: String, with accepter: String, as role: String) async throws {
        struct Invited: Decodable { let url: String }
        struct Listed: Decodable {
            struct Entry: Decodable {
                let id: String
                let state: String
            }
            let links: [Entry]
        }
        let invited: Invited = try await call(inviter, "POST", "/invitations", ["label": accepter, "role": role])
        let _: Ignored = try await call(accepter, "POST", "/links", ["url": invited.url])
        let listed: Listed = try await call(inviter, "GET", "/links")
        for entry in listed.links where entry.state == "pending" {
            let _: Ignored = try await call(inviter, "POST", "/links/\(entry.id)/confirmation", [:])
        }
    }

    private func ask(
        _ slug: String, _ name: String, _ email: String, product: String, serial: String, _ question: String
    ) async throws {
        let fields = [
            "question": question, "name": name, "channel": "email", "contact": email, "product": product, "serial": serial,
        ]
        let _: Ignored = try await call(slug, "POST", "/ask", fields)
    }

    private func report(
        _ slug: String, _ name: String, _ email: String, product: String, severity: String, _ subject: String,
        _ text: String
    ) async throws {
        let fields = [
            "subject": subject, "text": text, "severity": severity, "name": name, "channel": "email", "contact": email,
            "product": product,
        ]
        let _: Ignored = try await call(slug, "POST", "/report", fields)
    }

    private struct Ignored: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    private func call<Answer: Decodable>(
        _ slug: String, _ method: String, _ path: String, _ fields: [String: String]? = nil, as person: String? = nil
    ) async throws -> Answer {
        let url = "\(origin(slug))/\(slug)\(path)"
        let headers: Headers = [
            "Accept": "application/json", "Content-Type": "application/json",
            "Authorization": "Bearer \(tokens[person ?? slug] ?? "")",
        ]
        let response =
            if method == "GET" {
                try await client.get(url, headers: headers)
            } else {
                try await client.post(url, headers: headers, body: Array(JSONEncoder().encode(fields ?? [:])))
            }
        guard (200..<300).contains(response.status) else {
            throw BadConfiguration(
                description: "The demonstration could not be set up: \(url) answered \(response.status): \(String(decoding: response.body, as: UTF8.self))")
        }
        return try JSONDecoder().decode(Answer.self, from: Data(response.body))
    }
}
