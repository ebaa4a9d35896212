// SPDX-License-Identifier: Apache-2.0
import Foundation
import SiteTesting
import Storage
import StorageTesting
import Testing

@testable import Web

/// A tiny program with one of everything, which the tests of this target call.
struct Notebook {
    static func site(
        _ change: (inout SiteConfiguration) -> Void = { _ in }, extra: [any Web.Operation.Type] = [],
        database shared: Database? = nil
    ) async throws -> Site {
        let database: Database
        if let shared {
            database = shared
        } else {
            database = try await Database.open(.sqliteInMemory)
            try await database.migrate(migrations)
        }
        var configuration = SiteConfiguration(origin: try #require(PublicOrigin("https://notes.example")))
        change(&configuration)
        return try Site(
            configuration, database: database, templates: Templates(folders: [try pages()]),
            assets: Assets(folder: try assets()),
            live: Live(database: database, sources: [LiveSource("notes") { topics, tx in
                let count = try tx.first("SELECT COUNT(*) FROM notes") { try $0.next() as Int64 } ?? 0
                return Dictionary(uniqueKeysWithValues: topics.map { ($0, count) })
            }]),
            actions: [
                ShowNote.self, AddNote.self, TagNote.self, AddPhoto.self, ShowPhoto.self, Break.self, SignIn.self,
            ] + extra,
            rawActions: [Echo.self], streams: [Changes.self])
    }

    static let migrations =
        Site.migrations + [
            Migration("notes-1", "CREATE TABLE notes (number BIGINT PRIMARY KEY, text TEXT NOT NULL, tag TEXT UNIQUE)")
        ]

    private static func pages() throws -> URL {
        let folder = try TestFolder.make()
        try """
        <html lang="{{lang}}"><title>{{title}}</title>{{#notice}}<p class="notice">{{.}}</p>{{/notice}}\
        <p>{{#t}}Note by {{viewer.name}}{{/t}}: {{text}}</p>\
        <form{{#forms.addNote.hasErrors}} class="bad"{{/forms.addNote.hasErrors}}>\
        <input name="text" value="{{forms.addNote.text.value}}">\
        {{#forms.addNote.text.error}}<b>{{.}}</b>{{/forms.addNote.text.error}}\
        {{#forms.addNote.colour.is.red}}red{{/forms.addNote.colour.is.red}}</form></html>
        """.write(to: folder.appending(path: "note.mustache"), atomically: true, encoding: .utf8)
        try #"<h1>{{status}} {{title}}</h1><p>{{detail}}</p>{{#back}}<a href="{{.}}">Back</a>{{/back}}{{#typed}}<p>{{label}}: {{text}}</p>{{/typed}}"#.write(
            to: folder.appending(path: "error.mustache"), atomically: true, encoding: .utf8)
        try """
        {"Note by {{viewer.name}}": "Notitie van {{viewer.name}}", "Saved.": "Bewaard.",
        "There is nothing here": "Hier is niets"}
        """.write(to: folder.appending(path: "notes.nl.json"), atomically: true, encoding: .utf8)
        return folder
    }

    private static func assets() throws -> URL {
        let folder = try TestFolder.make()
        try "body { color: red }".write(to: folder.appending(path: "entente.css"), atomically: true, encoding: .utf8)
        return folder
    }
}

/// A caller who proves their name with the cookie `member` or a bearer token.
struct Member: Caller {
    enum Right { case read, write }
    let name: String
    let locale: LocaleChoice
    var principal: String { name }

    static func identify(_ credentials: Credentials, meeting right: Right, _ tx: Transaction) throws -> Member {
        guard let name = credentials.bearer ?? credentials.cookies["member"] else {
            throw Refusal.signIn(at: "/sign-in")
        }
        if name == "reader", right == .write { throw Refusal.forbidden("Ask an administrator for the right to write.") }
        var locale = credentials.locale
        locale.timeZone = "Europe/Brussels"
        return Member(name: name, locale: locale)
    }

    func frame(_ credentials: Credentials, _ services: Services, _ tx: Transaction) -> [String: Model] {
        ["viewer": ["name": .text(name)]]
    }
}

struct Note: Codable, Sendable, Equatable {
    let number: Int
    let text: String
}

struct ShowNote: Action {
    struct Input: FormInput {
        let number: Int
        init(_ form: inout Form) { number = Int(form.path("number")) ?? 0 }
    }

    static let route = Route.get("/{book}/notes/{number}")
    static let summary = "A note"
    static let access = Member.Right.read

    static func run(_ call: Call<Member, Input>, _ tx: Transaction) throws -> Reply<Note> {
        let text = try tx.first("SELECT text FROM notes WHERE number = \(call.input.number)") {
            try $0.next() as String
        }
        guard let text else { throw Refusal.notFound }
        return .show(Note(number: call.input.number, text: text))
    }

    static func page(_ note: Note, _ call: Call<Member, Input>, _ tx: Transaction) -> Page? {
        Page("note", title: "Note \(note.number)", ["text": .text(note.text)])
    }
}

enum Colour: String, CaseIterable, Codable { case red, blue }

struct AddNote: Action {
    struct Input: FormInput {
        let number: Int
        let text: String
        let colour: Colour
        let due: Timestamp?
        let tags: [String]

        init(_ form: inout Form) {
            number = form.integer("number", label: "Number", in: 1...1000)
            text = form.text("text", label: "Text", max: 20, multiline: true)
            colour = form.choice("colour", label: "Colour", default: .blue)
            due = form.optionalTime("due", label: "Due")
            tags = form.list("tags")
            if tags.contains("bad") { form.reject("tags", "“bad” is no tag. Choose another.") }
        }
    }

    struct Saved: Codable, Sendable {
        let number: Int
        let text: String
        let colour: Colour
        let due: Timestamp?
        let tags: [String]
    }

    static let route = Route.post("/{book}/notes")
    static let summary = "Write a note"
    static let gives = Gives.creation
    static let access = Member.Right.write
    static let retryForm: (any Action.Type)? = ShowNote.self

    static func run(_ call: Call<Member, Input>, _ tx: Transaction) throws -> Reply<Saved> {
        let input = call.input
        try tx.run("INSERT INTO notes (number, text) VALUES (\(input.number), \(input.text))")
        tx.afterCommit { [services = call.services] in services.announcements.announce() }
        let saved = Saved(
            number: input.number, text: input.text, colour: input.colour, due: input.due, tags: input.tags)
        return .created(saved, at: "/b/notes/\(input.number)", notice: "Saved.")
    }
}

struct Announcements: Sendable {
    var announce: @Sendable () -> Void = {}
}

private enum AnnouncementsKey: ServiceKey { static let defaultValue = Announcements() }

extension Services {
    var announcements: Announcements {
        get { self[AnnouncementsKey.self] }
        set { self[AnnouncementsKey.self] = newValue }
    }
}

struct TagNote: Action {
    struct Input: FormInput {
        let tag: String
        init(_ form: inout Form) { tag = form.text("tag", label: "Tag", max: 20) }
    }

    static let route = Route.put("/{book}/notes/{number}/tag")
    static let summary = "Give a note a tag that no other has"
    static let access = Member.Right.write

    static func run(_ call: Call<Member, Input>, _ tx: Transaction) throws -> Reply<Nothing> {
        try tx.run("INSERT INTO notes VALUES (\(Int.random(in: 1001...9_999_999)), '', \(call.input.tag))")
        return .done(goTo: "/b/notes/1")
    }
}

struct AddPhoto: Action {
    struct Input: FormInput {
        let caption: String
        let photo: UploadedFile
        init(_ form: inout Form) {
            caption = form.text("caption", label: "Caption", max: 100)
            photo = form.file("photo", label: "Photo")
        }
    }

    struct Kept: Codable, Sendable {
        let caption: String
        let name: String
        let type: String
        let size: Int
    }

    static let route = Route.post("/{book}/photos")
    static let summary = "Add a photo"
    static let access = Anyone.Requirement.open(because: "it is a test")

    static func run(_ call: Call<Anyone, Input>, _ tx: Transaction) -> Reply<Kept> {
        let photo = call.input.photo
        return .show(
            Kept(caption: call.input.caption, name: photo.name, type: photo.claimedType, size: photo.size))
    }
}

struct ShowPhoto: Action {
    static let route = Route.get("/{book}/photos/{name}")
    static let summary = "A photo"
    static let gives = Gives.file
    static let access = Anyone.Requirement.open(because: "it is a test")

    static func run(_ call: Call<Anyone, NoInput>, _ tx: Transaction) -> Reply<Nothing> {
        let name = call.credentials.path["name"] ?? ""
        let type = name.hasSuffix(".html") ? "text/html" : "image/png"
        return .file(File(name: name, type: type, bytes: Array("<b>x</b>".utf8), digest: "abc"))
    }
}

struct Break: Action {
    struct Mishap: Error {}
    static let route = Route.get("/{book}/break")
    static let summary = "Fails"
    static let access = Anyone.Requirement.open(because: "it is a test")
    static func run(_ call: Call<Anyone, NoInput>, _ tx: Transaction) throws -> Reply<Nothing> { throw Mishap() }
}

struct SignIn: AsyncAction {
    struct Input: FormInput {
        let name: String
        init(_ form: inout Form) { name = form.text("name", label: "Name", max: 50) }
    }

    static let route = Route.post("/sign-in")
    static let summary = "Sign in"
    static let access = Anyone.Requirement.open(because: "nobody is signed in yet")
    static let limit: RateLimit? = RateLimit(5, per: .seconds(86_400), isShared: true)

    static func run(_ call: Call<Anyone, Input>, _ database: Database) async throws -> Reply<Nothing> {
        .done(goTo: "/b/notes/1", notice: "Welcome, \(call.input.name).").setting(SetCookie("member", call.input.name))
    }
}

struct Echo: RawAction {
    static let route = Route.post("/{book}/echo")
    static let summary = "Echoes"
    static let exchanged = RawExchange(takes: "application/octet-stream", gives: "application/octet-stream", statuses: [202])
    static let bodyLimit = 100

    static func refuse(_ head: RawCall, _ database: Database) async throws -> RawReply? {
        head.headers["X-Refuse"] == nil ? nil : RawReply(status: 401)
    }

    static func run(_ call: RawCall, _ database: Database) async throws -> RawReply {
        RawReply(status: 202, headers: ["Target": call.targetURI, "Got": call.headers["X-Two"] ?? ""], body: call.body)
    }
}

struct Changes: StreamAction {
    static let route = Route.get("/{book}/live")
    static let summary = "Changes of the notes"
    static let access = Member.Right.read
    static func topics(_ call: Call<Member, NoInput>, _ tx: Transaction) -> [Live.Topic] { [Live.Topic("notes")] }
}
