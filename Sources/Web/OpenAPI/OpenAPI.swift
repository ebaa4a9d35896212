// SPDX-License-Identifier: Apache-2.0

/// The API description (OpenAPI 3.1), made from the actions: what is not an action is not in it.
enum OpenAPI {
    static func document(_ operations: [OperationDescription], origin: PublicOrigin) -> [UInt8] {
        var paths: [(name: String, value: JSON)] = []
        for (pattern, group) in Dictionary(grouping: operations, by: \.route.pattern).sorted(by: { $0.key < $1.key }) {
            let members = group.sorted { $0.route.method.rawValue < $1.route.method.rawValue }
                .map { (name: $0.route.method.rawValue.lowercased(), value: operation($0)) }
            paths.append((pattern, .members(members)))
        }
        let document: JSON = [
            "openapi": "3.1.0",
            "info": [
                "title": "Entente", "version": "1",
                "description":
                    "Every action of the site. Send a token as a bearer token; a page's address answers JSON to it.",
            ],
            "servers": [["url": .string(origin.url)]],
            "paths": .members(paths),
            "components": components,
        ]
        return document.bytes
    }

    private static var components: JSON {
        let refusals = Refusals.all.map { (name: "\($0.status)", value: $0.response) }
        return [
            "schemas": ["Problem": problem], "securitySchemes": securitySchemes,
            "parameters": ["IdempotencyKey": idempotencyKey], "responses": .members(refusals),
        ]
    }

    private static func operation(_ operation: OperationDescription) -> JSON {
        .members([
            ("operationId", .string(operation.id)), ("summary", .string(operation.summary)),
            ("security", .array(operation.security.map { .members([(name: $0.rawValue, value: .array([]))]) })),
            ("parameters", .array(parameters(operation))),
            ("requestBody", operation.route.method == .get ? nil : body(operation)),
            ("responses", responses(operation)),
        ])
    }

    private static func parameters(_ operation: OperationDescription) -> [JSON] {
        let headers = operation.headers.map { name -> JSON in
            ["name": .string(name), "in": "header", "required": true, "schema": ["type": "string"]]
        }
        let key: [JSON] = operation.takesKey ? [["$ref": "#/components/parameters/IdempotencyKey"]] : []
        return operation.fields.compactMap(parameter) + headers + key
    }

    private static func parameter(_ field: FieldDescription) -> JSON? {
        guard field.place != .body else { return nil }
        return .members([
            ("name", .string(field.name)), ("in", .string(field.place.rawValue)),
            ("required", field.isRequired ? true : nil), ("description", description(field)),
            ("schema", field.type.schema),
        ])
    }

    private static func body(_ operation: OperationDescription) -> JSON? {
        if let type = operation.takes {
            let bytes: JSON = [:]
            let content: JSON = ["schema": bytes]
            return ["required": true, "content": .members([(name: type, value: content)])]
        }
        let fields = operation.fields.filter { $0.place == .body }
        guard !fields.isEmpty else { return nil }
        let hasRequired = fields.contains(where: \.isRequired)
        // A file comes as multipart; what takes one may still be sent without.
        let plain = content(of: fields.filter { !$0.type.isFile })
        let isPlain: Set = ["application/json", "application/x-www-form-urlencoded"]
        let types = operation.needsFiles ? [] : isPlain.sorted()
        return [
            "required": .bool(hasRequired),
            "content": .members(
                types.map { (name: $0, value: plain) } + [(name: "multipart/form-data", value: content(of: fields))]),
        ]
    }

    private static func content(of fields: [FieldDescription]) -> JSON {
        let properties = fields.map { field in
            let schema = field.type.schema
            guard let description = description(field), case .object(let object) = schema else {
                return (name: field.name, value: schema)
            }
            return (name: field.name, value: JSON.members(object.members + [(name: "description", value: description)]))
        }
        let required = fields.filter(\.isRequired).map { JSON.string($0.name) }
        return [
            "schema": .members([
                ("type", "object"), ("properties", .members(properties)),
                ("required", required.isEmpty ? nil : .array(required)),
            ])
        ]
    }

    private static func description(_ field: FieldDescription) -> JSON? {
        let words = [field.label?.description, field.explanation].compactMap(\.self)
        return words.isEmpty ? nil : .string(words.joined(separator: ". "))
    }

    private static func responses(_ operation: OperationDescription) -> JSON {
        var responses = operation.answers.map { answer -> (name: String, value: JSON) in
            let content = answer.content.map { one -> (name: String, value: JSON) in
                (name: one.type, value: ["schema": one.schema])
            }
            let isElsewhere = operation.tellsLocation && answer.status == 201 || answer.status == 303
            let headers: JSON? = isElsewhere ? ["Location": location] : nil
            let response = JSON.members([
                ("description", .string(Refusals.words[answer.status] ?? "Done")), ("headers", headers),
                ("content", content.isEmpty ? nil : .members(content)),
            ])
            return (name: "\(answer.status)", value: response)
        }
        for status in Set(operation.refusals).sorted() {
            let reference: JSON = ["$ref": .string("#/components/responses/\(status)")]
            let response = operation.refusesAs.map { Refusals.response(status, or: $0) } ?? reference
            responses.append((name: "\(status)", value: response))
        }
        return .members(responses)
    }

    private static let location: JSON = [
        "description": "Where it is", "schema": ["type": "string", "format": "uri-reference"],
    ]

    private static let idempotencyKey: JSON = [
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description":
            "A random key, such as a UUID, with which the same request can be sent again for a day: it runs once, and its answer is given again. A form of a page sends it as the field “once”.",
        "schema": [
            "type": "string", "minLength": .number("\(RequestKey.lengths.lowerBound)"),
            "maxLength": .number("\(RequestKey.lengths.upperBound)"),
        ],
    ]

    private static var problem: JSON {
        let text: JSON = ["type": "string"]
        return [
            "type": "object", "required": ["type", "title", "status", "detail"],
            "properties": [
                "type": ["type": "string", "format": "uri"], "title": text, "status": ["type": "integer"],
                "detail": text,
                "errors": [
                    "type": "array",
                    "items": ["type": "object", "properties": ["field": text, "message": text]],
                ],
            ],
        ]
    }

    private static let securitySchemes: JSON = [
        "bearer": ["type": "http", "scheme": "bearer"],
        "cookie": ["type": "apiKey", "in": "cookie", "name": "__Host-entente-{enterprise}"],
    ]
}
