// SPDX-License-Identifier: Apache-2.0
import Formats
import Foundation
import HTTPTypes
import NIOCore
import Storage

extension Site {
    /// Identifies the caller and reads the input, in this order: dates are read in the caller's time zone.
    func call<A: Operation>(
        _: A.Type, _ visit: Visit, _ tx: Transaction, mayWrite: Bool = false
    ) throws -> Call<A.As, A.Input> {
        try call(meeting: A.access, visit, tx, mayWrite: mayWrite)
    }

    func call<As: Caller, Input: FormInput>(
        meeting requirement: As.Requirement, _ visit: Visit, _ tx: Transaction, mayWrite: Bool = false
    ) throws -> Call<As, Input> {
        let credentials = credentials(visit, mayWrite: mayWrite)
        let caller = try identify(As.self, credentials, meeting: requirement, tx)
        var form = Form(
            path: visit.path, query: visit.query, body: visit.isSafe ? nil : visit.body ?? Fields(),
            locale: caller.locale, now: visit.now)
        let input = Input(&form)
        if form.isNowhere { throw Refusal.notFound }
        if !form.errors.isEmpty { throw InvalidInput(form.errors) }
        return Call(
            caller: caller, input: input, credentials: credentials, origin: configuration.origin, services: services,
            failedForm: visit.failedForm)
    }

    /// Who calls. What belongs to a feature that is switched off is nowhere, whoever asks.
    func identify<As: Caller>(
        _: As.Type, _ credentials: Credentials, meeting requirement: As.Requirement, _ tx: Transaction
    ) throws -> As {
        guard try credentials.feature == nil || services.hasFeature(credentials, tx) else { throw Refusal.notFound }
        return try As.identify(credentials, meeting: requirement, tx)
    }

    func credentials(_ visit: Visit, mayWrite: Bool) -> Credentials {
        Credentials(
            path: visit.path, cookies: visit.bearer == nil ? SetCookie.read(visit.headers) : [:], bearer: visit.bearer,
            address: visit.address, locale: locale(visit), target: visit.target, now: visit.now,
            mayWrite: mayWrite, userAgent: String((visit.headers[.userAgent] ?? "").prefix(300)),
            isRefetch: visit.headers[.ententeRefetch] != nil, feature: visit.feature)
    }

    func locale(_ visit: Visit) -> LocaleChoice {
        LocaleChoice(
            language: visit.language(among: templates.translations.languages), timeZone: configuration.timeZone)
    }

    /// Adds the page's model to a reply, where a browser will see one.
    func result<A: Operation>(
        _: A.Type, _ reply: Reply<A.Output>, _ call: Call<A.As, A.Input>, _ visit: Visit, _ tx: Transaction
    ) throws -> Handling.Result<A.Output> {
        assert(reply.gives == A.gives, "\(A.self) gives something else than it declares")
        guard visit.format == .page, case .show(let output) = reply.content,
            let page = try A.page(output, call, tx)
        else { return Handling.Result(reply: reply, page: nil, frame: [:], locale: call.caller.locale) }
        let frame = try call.caller.frame(call.credentials, call.services, tx)
        return Handling.Result(reply: reply, page: page, frame: frame, locale: call.caller.locale)
    }

    func answer<Output>(_ result: Handling.Result<Output>, _ visit: Visit, status: Int) throws -> Answer {
        var answer: Answer
        switch result.reply.content {
        case .show(let output):
            if let page = result.page {
                answer = try show(page, result.frame, result.locale, visit, status: status)
            } else {
                answer = .json(try encode(output))
            }
        case .done(let output, let path, let created):
            if visit.format == .page {
                answer = Answer(status: 303)
                answer.headers[.location] = path
                if let notice = result.reply.notice {
                    let text = templates.translations.text(notice, in: result.locale.language)
                    answer.headers.append(HTTPField(name: .setCookie, value: flash.set(text).header))
                }
            } else {
                answer = .json(try encode(output), status: created ? 201 : 200)
                if created { answer.headers[.location] = path }
            }
        case .file(let file): answer = self.answer(file)
        case .stream(let file): answer = self.answer(file)
        }
        answer.headers[.vary] = "Accept, Accept-Language, Cookie, Authorization"
        if result.reply.clearsCache { answer.headers[.clearSiteData] = "\"cache\"" }
        for cookie in result.reply.cookies {
            answer.headers.append(HTTPField(name: .setCookie, value: cookie.header))
        }
        return answer
    }

    private func encode(_ output: some Encodable) throws -> ByteBuffer {
        ByteBuffer(bytes: try JSONText.encode(output))
    }

    /// Renders a page into the frame of its viewer.
    func show(
        _ page: Page, _ frame: [String: Model], _ locale: LocaleChoice, _ visit: Visit, status: Int
    ) throws -> Answer {
        let notice = flash.read(SetCookie.read(visit.headers)[Flash.cookie])
        var model: Model = .object(page.model)
        model = Model.object(frame).overlaid(with: model)
        model = model.overlaid(with: [
            "lang": .text(locale.language), "theme": locale.theme == .system ? .none : .text(locale.theme.rawValue),
            "title": .message(page.title), "assets": .text(assets.path), "notice": .text(notice),
            "once": .text(RandomToken().text),
            "layout": .object([(page.layout.rawValue, .flag(true))]),
        ])
        // A refused form stands at an address that only takes forms, so its page cannot be fetched again as it changes.
        if let failed = visit.failedForm { model = model.overlaid(with: ["forms": failed.model, "live": .none]) }
        let bytes = try templates.render(page.template, model, language: locale.language)
        var answer = Answer.html(bytes, status: status)
        answer.headers[.contentLanguage] = locale.language
        if notice != nil {
            answer.headers.append(HTTPField(name: .setCookie, value: SetCookie.clearing(Flash.cookie).header))
        }
        return answer
    }

    func writeAfterwards(_ write: @escaping @Sendable (Transaction) throws -> Void) async {
        do { try await database.write(write) } catch {
            logger.error("What was to be noted of an answer could not be written", metadata: ["error": "\(error)"])
        }
    }

    private func answer(_ file: StreamedFile) -> Answer {
        var answer = Answer(status: 200, type: file.type)
        answer.body = .stream { writer in
            try await file.write { bytes in
                var rest = ByteBuffer(bytes: bytes)
                while let piece = rest.readSlice(length: min(rest.readableBytes, Sending.piece)), piece.readableBytes > 0 {
                    try await writer.write(piece)
                }
            }
            try await writer.finish(nil)
        }
        let name = PercentEncoding.encode(FileName.safe(file.name))
        answer.headers[.contentDisposition] = "attachment; filename*=UTF-8''\(name)"
        answer.headers[.cacheControl] = "private, no-store"
        return answer
    }

    /// A file is shown only where its type can do no harm; all else is a download, and never runs with our rights.
    private func answer(_ file: File) -> Answer {
        let shown: Set = ["image/png", "image/jpeg", "image/webp", "image/gif"]
        let isShown = shown.contains(file.type)
        var answer = Answer(
            status: 200, type: isShown || file.type == "application/pdf" ? file.type : "application/octet-stream",
            bytes: ByteBuffer(bytes: file.bytes))
        let name = PercentEncoding.encode(FileName.safe(file.name))
        answer.headers[.contentDisposition] = "\(isShown ? "inline" : "attachment"); filename*=UTF-8''\(name)"
        answer.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'; sandbox"
        answer.headers[.cacheControl] =
            file.digest == nil ? "private, no-store" : "private, max-age=31536000, immutable"
        if let digest = file.digest { answer.headers[.eTag] = "\"\(digest)\"" }
        return answer
    }
}
