// SPDX-License-Identifier: Apache-2.0
import Foundation
import StorageTesting
import Testing

@testable import Web

@Suite("templates")
struct TemplateTests {
    private func render(_ template: String, _ model: Model, _ others: [String: String] = [:]) throws -> String {
        var templates = try others.mapValues { try Template(parsing: $0) }
        templates["page"] = try Template(parsing: template)
        var renderer = Renderer(templates: templates, translations: .none, language: "en", model: model)
        renderer.render("page")
        return String(decoding: renderer.output, as: UTF8.self)
    }

    @Test("values, sections, lists and what is absent")
    func basics() throws {
        let model: Model = [
            "name": "A&B", "open": true, "shut": false, "empty": "", "none": nil, "list": [["n": "1"], ["n": "2"]],
            "deep": ["er": ["est": "x"]], "zero": 0, "nobody": [],
        ]
        let cases = [
            ("{{name}}", "A&amp;B"), ("{{missing}}", ""), ("{{#open}}y{{/open}}{{^open}}n{{/open}}", "y"),
            ("{{#shut}}y{{/shut}}{{^shut}}n{{/shut}}", "n"), ("{{#empty}}y{{/empty}}{{^empty}}n{{/empty}}", "n"),
            ("{{#none}}y{{/none}}{{^none}}n{{/none}}", "n"), ("{{#zero}}{{.}}{{/zero}}", "0"),
            ("{{#list}}{{n}}{{^last()}}, {{/last()}}{{/list}}", "1, 2"), ("{{^nobody}}n{{/nobody}}", "n"),
            ("{{deep.er.est}}", "x"), ("{{#deep}}{{er.est}}{{name}}{{.name}}{{/deep}}", "xA&amp;B"),
            ("{{#name}}[{{.}}]{{/name}}", "[A&amp;B]"), ("a{{! note }}b", "ab"),
            ("x\n  {{#open}}\n  y\n  {{/open}}\nz", "x\n  y\nz"),
        ]
        for (template, expected) in cases { #expect(try render(template, model) == expected, "\(template)") }
    }

    @Test("partials see what is around them; a parent's blocks are replaced")
    func inheritance() throws {
        let others = [
            "row": "<{{n}}{{name}}>", "layout": "[{{$title}}none{{/title}}|{{$content}}{{/content}}]",
            "inner": "{{<layout}}{{$title}}inner{{/title}}{{$content}}{{$body}}empty{{/body}}{{/content}}{{/layout}}",
        ]
        let model: Model = ["name": "x", "list": [["n": "1"]], "part": "row"]
        #expect(try render("{{#list}}{{>row}}{{> *part }}{{/list}}", model, others) == "<1x><1x>")
        #expect(try render("{{<layout}}{{$content}}{{name}}{{/content}}{{/layout}}", model, others) == "[none|x]")
        #expect(try render("{{<inner}}{{$body}}b{{/body}}{{/inner}}", model, others) == "[inner|b]")
        #expect(try render("{{>loop}}", model, ["loop": "{{>loop}}."]).count == 63)
    }

    @Test("a page that names a template which does not exist is no page")
    func unknownPartial() throws {
        let folder = try TestFolder.make()
        try Data("<{{#part}}{{> *part}}{{/part}}>".utf8).write(to: folder.appending(path: "page.mustache"))
        let templates = try Templates(folders: [folder])
        #expect(throws: TemplateError.self) { try templates.render("page", ["part": "claim-panel"], language: "en") }
        #expect(try templates.render("page", [:], language: "en") == Array("<>".utf8))
    }

    @Test("no value is ever unescaped", arguments: ["<", ">", "&", "\"", "'"])
    func escaping(character: String) throws {
        #expect(try !render("{{.}}", .text("a\(character)b")).contains("a\(character)b"))
        #expect(try !render("{{.}}", .message("a\(character)b")).contains("a\(character)b"))
    }

    @Test(
        "a wrong template is told when it loads",
        arguments: [
            "{{{x}}}", "{{&x}}", "{{#a}}", "{{/a}}", "{{#a}}{{#b}}{{/a}}{{/b}}", "{{x", "{{}}", "{{=<% %>=}}",
            "{{x()}}",
            "{{a b}}",
        ])
    func wrong(template: String) {
        #expect(throws: TemplateError.self) { try Template(parsing: template) }
    }

    @Test("texts are translated when templates load; what lacks is reported")
    func translation() throws {
        let folder = try TestFolder.make()
        try "{{#t}}Hello\n   {{name}}{{/t}}, {{#t}}bye{{/t}}".write(
            to: folder.appending(path: "a.mustache"), atomically: true, encoding: .utf8)
        try #"{"Hello {{name}}": "Dag {{name}}"}"#.write(
            to: folder.appending(path: "a.nl.json"), atomically: true, encoding: .utf8)
        let templates = try Templates(folders: [folder], reloads: true)
        func text(_ language: String) throws -> String {
            String(decoding: try templates.render("a", ["name": "Jo"], language: language), as: UTF8.self)
        }
        #expect(try text("nl") == "Dag Jo, bye")
        #expect(try text("en") == "Hello Jo, bye")
        #expect(try text("fr") == "Hello Jo, bye")
        #expect(templates.untranslated(in: "nl") == ["bye"])

        let file = folder.appending(path: "a.mustache")
        try "new".write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: file.path)
        #expect(try text("en") == "new")
    }

    @Test("a template that needs a missing one is told when it loads")
    func missing() throws {
        let folder = try TestFolder.make()
        try "{{>gone}}".write(to: folder.appending(path: "a.mustache"), atomically: true, encoding: .utf8)
        #expect(throws: TemplateError.self) { try Templates(folders: [folder]) }
    }

    @Test("a message keeps its values apart, so that a translation can move them")
    func messages() throws {
        var translations = Translations()
        try translations.add(
            Data(#"{"{0} has {1}": "{1} is bij {0}", "a case": "een zaak"}"#.utf8), language: "nl")
        let what: Phrase = "a case"
        let message: Phrase = "\("Kraft {1}") has \(what)"
        #expect(translations.text(message, in: "nl") == "een zaak is bij Kraft {1}")
        #expect(message.description == "Kraft {1} has a case")
    }
}
