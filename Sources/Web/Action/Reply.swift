// SPDX-License-Identifier: Apache-2.0
import Storage

/// What an action answers.
package struct Reply<Output: Codable & Sendable>: Sendable {
    enum Content: Sendable {
        case show(Output)
        case done(Output, goTo: String, created: Bool)
        case file(File)
        case stream(StreamedFile)
    }

    let content: Content

    /// What the API description has to say about it.
    var gives: Gives {
        switch content {
        case .done(_, _, true): .creation
        case .file, .stream: .file
        case .show, .done: .output
        }
    }

    var notice: Phrase?
    var afterwards: (@Sendable (Transaction) throws -> Void)?
    var cookies: [SetCookie] = []
    var clearsCache = false

    /// A page for a browser, JSON for an API client.
    package static func show(_ output: Output) -> Reply { Reply(content: .show(output)) }

    /// A browser is sent on with 303 and sees the notice there; an API client gets 200 and the output.
    package static func done(_ output: Output, goTo path: String, notice: Phrase? = nil) -> Reply {
        Reply(content: .done(output, goTo: path, created: false), notice: notice)
    }

    /// As ``done(_:goTo:notice:)``; an API client gets 201 and the path as `Location`.
    package static func created(_ output: Output, at path: String, notice: Phrase? = nil) -> Reply {
        Reply(content: .done(output, goTo: path, created: true), notice: notice)
    }

    package static func file(_ file: File) -> Reply { Reply(content: .file(file)) }

    package static func file(_ file: StreamedFile) -> Reply { Reply(content: .stream(file)) }

    /// Writes something in a transaction of its own before the answer goes out, such as that somebody has seen what an action
    /// that reads has shown. Where it cannot be written the answer goes out all the same, and the log says so.
    package func afterwards(_ write: (@Sendable (Transaction) throws -> Void)?) -> Reply {
        guard let write else { return self }
        var reply = self
        let before = reply.afterwards
        reply.afterwards = { tx in
            try before?(tx)
            try write(tx)
        }
        return reply
    }

    package func setting(_ cookie: SetCookie) -> Reply {
        var reply = self
        reply.cookies.append(cookie)
        return reply
    }

    /// Asks the browser to forget the pages it kept, for signing out.
    package func clearingCache() -> Reply {
        var reply = self
        reply.clearsCache = true
        return reply
    }
}

extension Reply where Output == Nothing {
    package static func done(goTo path: String, notice: Phrase? = nil) -> Reply {
        .done(Nothing(), goTo: path, notice: notice)
    }
}

/// Bytes with a name and a type. Whatever is not on the short list of safe types is offered as a download.
package struct File: Sendable {
    package let name: String
    /// A media type, such as `image/png`.
    package let type: String
    package let bytes: [UInt8]
    /// A digest of the content, which lets browsers keep it; `nil` forbids keeping.
    package let digest: String?

    package init(name: String, type: String, bytes: [UInt8], digest: String? = nil) {
        self.name = name
        self.type = type
        self.bytes = bytes
        self.digest = digest
    }
}

/// A file that is written while it is sent, so that its length takes no memory.
package struct StreamedFile: Sendable {
    package typealias Put = ([UInt8]) async throws -> Void
    package let name: String
    /// A media type, such as `text/csv`.
    package let type: String
    package let write: @Sendable (Put) async throws -> Void

    /// - Parameter write: hands over piece by piece; what it throws ends the answer early.
    package init(name: String, type: String, write: @escaping @Sendable (Put) async throws -> Void) {
        self.name = name
        self.type = type
        self.write = write
    }
}

/// A page: a template and what it shows. Its title and model join the caller's frame.
package struct Page: Sendable {
    /// Which frame surrounds the content; the template gets it as `layout.staff`, `layout.public` or `layout.bare`.
    package enum Layout: String, Sendable {
        case staff, `public`, bare
    }

    package let template: String
    package let title: Phrase
    package let model: [String: Model]
    package let layout: Layout

    package init(_ template: String, title: Phrase, layout: Layout = .staff, _ model: [String: Model]) {
        self.template = template
        self.title = title
        self.layout = layout
        self.model = model
    }

    /// A page whose title is somebody's own words, which nobody translates.
    package init(_ template: String, verbatimTitle title: String, layout: Layout = .staff, _ model: [String: Model]) {
        self.init(template, title: Phrase(verbatim: title), layout: layout, model)
    }
}
